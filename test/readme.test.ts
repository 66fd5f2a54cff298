import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { examplesIn, printedBy } from './support/examples.ts'

const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : ''

test('README.md has an example with its output', () => {
  expect(examplesIn(readme).length).toBeGreaterThan(0)
})

test.each(examplesIn(readme))(
  'the example at line $line prints what README.md says',
  async ({ code, prints }) => {
    expect(await printedBy(code)).toBe(prints)
  },
)

test('README.md has the current reading order', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/lines.mjs', '--check'], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('only blocks with their output directly below are examples', () => {
  const block = (language: string, text: string): string => `\`\`\`${language}\n${text}\`\`\`\n`
  const program = block('js', 'f()\n')
  const page = [
    block('sh', 'npm ci\n'),
    program,
    'words\n',
    block('text', 'no\n'),
    program,
    block('text', '1\n2\n'),
  ]
  expect(examplesIn(page.join('\n'))).toEqual([{ line: 15, code: 'f()\n', prints: '1\n2\n' }])
})

test('an example runs with the exports that users get', async () => {
  const code = `import { tensor } from 'glassjaw'\nconst x: number = tensor([1, 2]).data[1]!\nconsole.log(x, [1.5])`
  expect(await printedBy(code)).toBe('2 [ 1.5 ]\n')
  await expect(printedBy(`import 'glassjaw/nowhere'`)).rejects.toThrow(
    'expected an exported name, got glassjaw/nowhere',
  )
  await expect(printedBy(`throw new Error('no')`)).rejects.toThrow('expected status 0')
})
