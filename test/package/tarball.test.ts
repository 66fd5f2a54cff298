import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { npm, root } from '../../scripts/run.mjs'

/** A project outside the checkout that has installed the packed package, and nothing else. */
const project = mkdtempSync(path.join(tmpdir(), 'glassjaw-project-'))
const installed = path.join(project, 'node_modules/glassjaw')
let tarball = ''

beforeAll(() => {
  npm(root, 'pack', '--pack-destination', project)
  tarball = path.join(project, readdirSync(project)[0] ?? '')
  writeFileSync(path.join(project, 'package.json'), '{"private":true,"type":"module"}')
  npm(project, 'install', '--offline', tarball)
})
afterAll(() => rmSync(project, { recursive: true }))

const run = (...options: string[]) => spawnSync(process.execPath, options, { cwd: project, encoding: 'utf8' })
const commandLine = path.join(installed, 'dist/cli/main.js')

test('the package is below 2 MB with its sources, what programs load and compilers read of the library below 800 kB', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((file) => {
    return /^dist.*(\.js|\.d\.ts)$/.test(file) && !/^dist[/\\](src[/\\])?(cli|report)/.test(file)
  })
  const library = gzipSync(Buffer.concat(files.map((file) => readFileSync(path.join(installed, file)))))
  expect(files.length).toBeGreaterThan(100)
  expect(library.length).toBeLessThan(800_000)
  expect(statSync(tarball).size).toBeLessThan(2_000_000)
})

test('installing it brings nothing else', () => {
  expect(readdirSync(path.join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'glassjaw',
  ])
})

test('every library entry can be imported without the optional peers', () => {
  const { exports } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')) as {
    exports: object
  }
  const entries = Object.keys(exports).filter(
    (name) => !['./package.json', './proofs-check/arbitraries'].includes(name),
  )
  expect(entries).toContain('.')
  for (const entry of entries) {
    const { stderr, status } = run(
      '--eval',
      `await import('${entry.replace('.', 'glassjaw')}')`,
      '--input-type=module',
    )
    expect(stderr).toBe('')
    expect(status).toBe(0)
  }
})

test('kernels without gpu.js ask for it by name and command, in programs and on the command line', () => {
  const program = `
    import { onDevice } from 'glassjaw/kernels'
    await onDevice((x) => x).catch(({ message }) => console.log(message))`
  const asked = 'glassjaw/kernels: expected the package gpu.js, got none\nhint: npm install gpu.js\n'
  expect(run('--eval', program, '--input-type=module').stdout).toBe(asked)
  const { status, stderr } = run(commandLine, 'devices')
  expect({ status, stderr }).toEqual({ status: 2, stderr: asked })
})

test('a TypeScript user compiles against it, declarations of the library included', () => {
  const program = `import { tensor, type Tensor } from 'glassjaw'\nexport const x: Tensor = tensor([1, 2])\n`
  writeFileSync(path.join(project, 'user.ts'), program)
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    '',
    '--skipLibCheck',
    'false',
  ]
  const { stdout, status } = run(path.join(root, 'node_modules/typescript/bin/tsc'), ...options, 'user.ts')
  expect(stdout).toBe('')
  expect(status).toBe(0)
})

test('every source that a declaration map names is in the package', () => {
  const maps = readdirSync(path.join(installed, 'dist'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.map'),
  )
  expect(maps.length).toBeGreaterThan(50)
  const missing = maps.flatMap((file) => {
    const map = path.join(installed, 'dist', file)
    const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] }
    return sources.filter((source) => !existsSync(path.join(path.dirname(map), source)))
  })
  expect(missing).toEqual([])
})

test('its command line helps, under the name that npm gives it', () => {
  expect(npm(project, 'exec', '--offline', '--', 'glassjaw', '--help')).toContain('verify')
})

test('without the optional peer its command line works, or asks for the peer by name and command', () => {
  const { stderr, status } = run(
    commandLine,
    'verify',
    'linear-control',
    '--budget',
    'quick',
    '--json',
    'alone.json',
  )
  expect(stderr).not.toContain('ERR_MODULE_NOT_FOUND')
  if (status !== 0)
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/npm i(nstall)? fast-check/),
    })
})

test('its command line verifies a claim once the peer is there', () => {
  for (const name of ['fast-check', 'pure-rand']) {
    cpSync(path.join(root, 'node_modules', name), path.join(project, 'node_modules', name), {
      recursive: true,
    })
  }
  const options = ['--budget', 'quick', '--seed', '1', '--json', 'out.json']
  const { stderr, status } = run(commandLine, 'verify', 'linear-control', ...options)
  expect(stderr).not.toContain('Error')
  expect(status).toBe(0)
  const { seed, claims } = JSON.parse(readFileSync(path.join(project, 'out.json'), 'utf8')) as {
    seed: number
    claims: unknown[]
  }
  expect(seed).toBe(1)
  expect(claims).toMatchObject([{ id: 'linear-control', verdict: 'supported' }])
})
