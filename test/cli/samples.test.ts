import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../../src/cli/command.ts'
import { recorded } from './terminal.ts'

/** Commands on models and samples, in one folder, each using the files of those before it. */
const folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-samples-'))
const at = (name: string): string => path.join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(line: string, signal = new AbortController().signal) {
  const terminal = recorded()
  const surroundings = { suite: [], terminal, maker: { version: '1.2.3', runtime: 'Node 20' }, signal }
  const code = await runCommand(line.split(' '), surroundings)
  return { ...terminal.printed, code }
}
const json = (name: string): Record<string, never> => JSON.parse(readFileSync(at(name), 'utf8'))

/** An MNIST directory of 2×2 images: class 1 where the first pixel is bright. */
const idx = (shape: number[], values: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, n >> 8, n & 255]), ...values])
beforeAll(() => {
  for (const [prefix, n] of [
    ['train', 120],
    ['t10k', 30],
  ] as const) {
    const labels = Array.from({ length: n }, (_, i) => i % 2)
    const pixels = labels.flatMap((label, i) => [
      label ? 200 + (i % 50) : i % 60,
      (i * 7) % 256,
      (i * 13) % 256,
      128,
    ])
    writeFileSync(at(`${prefix}-images-idx3-ubyte`), idx([n, 2, 2], pixels))
    writeFileSync(at(`${prefix}-labels-idx1-ubyte`), idx([n], labels))
  }
})

test('train on a directory of MNIST files: model, JSON, report', async () => {
  const { out, code } = await run(
    `train --data ${folder} --arch mlp --epochs 8 --out ${at('m.safetensors')} --json ${at('t.json')} --report ${at('train')} --checkpoint ${at('c')}`,
  )
  expect(code).toBe(0)
  expect(out).toMatch(/mlp on .*: \d+\.\d+% of 30 test samples right/)
  expect(json('t.json')['testAccuracy']).toBe(1)
  const page = readFileSync(at('train/index.html'), 'utf8')
  expect(page).toContain('Confusion')
  expect(page).toContain('data:image/bmp;base64,')
})

test('train again from the checkpoint: nothing left to do, the same network', async () => {
  const before = readFileSync(at('m.safetensors'))
  const { code } = await run(
    `train --data ${folder} --arch mlp --epochs 8 --checkpoint ${at('c')} --resume --out ${at('m2')}`,
  )
  expect(code).toBe(0)
  expect(readFileSync(at('m2')).subarray(600)).toEqual(before.subarray(600))
})

test('interrupted at once: exit 130, a checkpoint that resumes to the same network', async () => {
  const stop = new AbortController()
  stop.abort()
  const { code, error } = await run(
    `train --data ${folder} --arch mlp --epochs 8 --checkpoint ${at('c3')}`,
    stop.signal,
  )
  expect([code, error]).toEqual([130, expect.stringContaining('--resume goes on')])
  expect(
    (
      await run(
        `train --data ${folder} --arch mlp --epochs 8 --checkpoint ${at('c3')} --resume --out ${at('m3')}`,
      )
    ).code,
  ).toBe(0)
  expect(readFileSync(at('m3')).subarray(600)).toEqual(readFileSync(at('m.safetensors')).subarray(600))
})

test('attack: found and verified samples, as JSON and as images', async () => {
  const { out, code } = await run(
    `attack --model ${at('m.safetensors')} --data ${folder} --attack fab --count 5 --json ${at('a.json')} --report ${at('attack')}`,
  )
  expect(code).toBe(0)
  expect(out).toMatch(/fab on .*, l2: 5 found/)
  const { samples } = json('a.json') as unknown as { samples: Record<string, unknown>[] }
  expect(samples).toHaveLength(5)
  for (const sample of samples) {
    expect(sample).toMatchObject({ found: true, verified: true, status: 'found' })
    expect(sample['adversarialLabel']).toBe(1 - (sample['label'] as number))
  }
  expect(readFileSync(at('attack/index.html'), 'utf8').match(/<img/g)).toHaveLength(15)
})

test('radius: certificates below adversarial points', async () => {
  const { out, code } = await run(
    `radius --model ${at('m.safetensors')} --data ${folder} --count 3 --json ${at('r.json')}`,
  )
  expect(code).toBe(0)
  expect(out).toMatch(/median of upper over lower end: [1-9]/)
  const { samples } = json('r.json') as unknown as { samples: { lower: number; norm: number }[] }
  for (const { lower, norm } of samples) {
    expect(lower).toBeGreaterThan(0)
    expect(lower).toBeLessThanOrEqual(norm)
  }
})

test('spectrum of both kernels', async () => {
  for (const kernel of ['ntk', 'conjugate']) {
    const { out, code } = await run(
      `spectrum --model ${at('m.safetensors')} --data ${folder} --kernel ${kernel} --count 10 --json ${at('s.json')} --report ${at('s')}`,
    )
    expect(code).toBe(0)
    expect(out).toMatch(/effective rank/)
    const eigenvalues = json('s.json')['eigenvalues'] as unknown as number[]
    expect(eigenvalues).toHaveLength(10)
    expect(eigenvalues).toEqual([...eigenvalues].sort((a, b) => b - a))
  }
})

test('data info', async () => {
  const { out, code } = await run(`data info ${at('train-images-idx3-ubyte')} ${at('m.safetensors')}`)
  expect(code).toBe(0)
  expect(out).toContain('tensor: i32 [120,2,2], from 0 to')
  expect(out).toContain('fc1.weight: f32 [256,4]')
})

test('the helps fit 80 columns', async () => {
  for (const command of ['train', 'attack', 'radius', 'spectrum', 'data']) {
    const { out, code } = await run(`${command} --help`)
    expect(code).toBe(0)
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  }
})

test.each([
  [
    'train --arch lent',
    'train: expected an architecture of mlp, lenet, vgg or residual, got "lent"\nhint: did you mean lenet?',
  ],
  ['train --rate -1', 'train: expected --rate, a positive number, got "-1"'],
  ['train --resume', 'train: expected --checkpoint FILE with a file to resume from, got none'],
  ['train --dta x', 'train: expected an option that --help lists, got "--dta"\nhint: did you mean --data?'],
  ['attack', 'attack: expected --model FILE, got nothing'],
  ['attack --model nothing.safetensors', 'attack: ENOENT'],
  ['radius --model MODEL --data FOLDER --norm l0', 'radius: expected --norm l1, l2 or linf, got l0'],
  ['attack --model MODEL --data FOLDER --attack ddn --norm l1', 'attack: expected --norm l2 for ddn, got l1'],
  ['attack --model MODEL --data FOLDER --attack pgd', 'attack: expected a positive epsilon for pgd'],
  ['attack --model MODEL', 'attack: expected samples of [1,2,2], got [1,28,28] in glyphs'],
  ['spectrum --model IMAGES', 'spectrum: readSafetensors: expected'],
  ['data info MODEL.none', 'data: ENOENT'],
  ['data', 'data: expected info FILE, got nothing'],
])('%s is refused with exit code 2', async (line, message) => {
  const filled = line
    .replace('MODEL', at('m.safetensors'))
    .replace('FOLDER', folder)
    .replace('IMAGES', at('train-images-idx3-ubyte'))
  const { code, error } = await run(filled)
  expect(code).toBe(2)
  expect(error).toContain(message)
})
