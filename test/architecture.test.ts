import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sourceFiles } from '../scripts/modules.mjs'
import {
  importViolations,
  inexactMath,
  notReexports,
  outsideReach,
  reachable,
  runtimeDependencies,
  tooLong,
  type Sources,
} from './support/architecture.ts'

const load = (...folders: string[]): Sources =>
  new Map(sourceFiles(...folders).map((file) => [file, readFileSync(file, 'utf8')]))
const ours = load('src', 'proofs-check', 'kernels')
const planted = (files: Record<string, string>): Sources => new Map(Object.entries(files))

test('imports go one way', () => {
  expect(ours.size).toBeGreaterThan(20)
  expect(importViolations(ours)).toEqual([])
})

test.each([
  ['src/tape/tape.ts', '../run/plan.ts'],
  ['src/math/exp.ts', '../array/index.ts'],
  ['src/stats/verdict.ts', '../linalg/index.ts'],
  ['src/nets/two-layer.ts', '../attacks/index.ts'],
  ['src/nets/two-layer.ts', '../index.ts'],
  ['src/attacks/step.ts', '../../proofs-check/index.ts'],
  ['src/attacks/step.ts', '../../kernels/index.ts'],
  ['src/attacks/step.ts', '../../test/support/x.ts'],
  ['src/attacks/step.ts', 'fast-check'],
  ['src/report/html.ts', 'fast-check'],
  ['src/report/html.ts', 'node:fs'],
  ['src/report/html.ts', 'path'],
  ['src/cli/main.ts', 'fast-check'],
  ['src/cli/main.ts', 'gpu.js'],
  ['src/report/html.ts', '../cli/main.ts'],
  ['src/data/npy.ts', 'node:zlib'],
  ['src/data/npy.ts', 'fs'],
  ['src/run/wasm/emit.ts', 'gpu.js'],
  ['src/run/wasm/emit.ts', '../../ops/index.ts'],
  ['src/index.ts', './nets/index.ts'],
  ['proofs-check/runner.ts', 'gpu.js'],
  ['proofs-check/runner.ts', 'node:fs'],
  ['proofs-check/runner.ts', '../src/report/html.ts'],
  ['kernels/matmul.ts', '../src/nets/index.ts'],
  ['kernels/matmul.ts', 'fast-check'],
])('%s may not import %s, in any form', (file, specifier) => {
  const forms = [
    `import { a } from '${specifier}'`,
    `import type { A } from '${specifier}'`,
    `import '${specifier}'`,
    `export * from '${specifier}'`,
    `export { a } from '${specifier}'`,
    `export const f = () => import('${specifier}')`,
    `export type A = import('${specifier}').A`,
  ]
  for (const source of forms)
    expect(importViolations(planted({ [file]: source }))).toEqual([`${file} imports ${specifier}`])
})

test.each([
  ['src/tape/tape.ts', `import { a } from '../math/index.ts'`],
  ['src/linalg/qr.ts', `import { a } from '../random/index.ts'`],
  ['proofs-check/runner.ts', `import fc from 'fast-check'`],
  ['kernels/matmul.ts', `import { GPU } from 'gpu.js'`],
  ['src/cli/main.ts', `import { readFileSync } from 'node:fs'`],
  ['src/cli/main.ts', `import { claims } from '../../proofs-check/index.ts'`],
  ['src/cli/main.ts', `await import('../../kernels/index.ts')`],
  ['src/report/plot.ts', `import * as Plot from '@observablehq/plot'`],
  ['src/math/exp.ts', `// import 'node:fs'\nconst text = "import 'node:fs'"`],
])('%s may contain %s', (file, source) => {
  expect(importViolations(planted({ [file]: source }))).toEqual([])
})

test('kernels are imported by import() only, and never under a computed name', () => {
  const source = `import { gpu } from '../../kernels/index.ts'`
  expect(importViolations(planted({ 'src/cli/main.ts': source }))).toHaveLength(1)
  expect(importViolations(planted({ 'src/ops/add.ts': 'await import(name)' }))).toEqual([
    'src/ops/add.ts imports a computed name',
  ])
})

test('the public face reaches no package and no module of Node', () => {
  expect(reachable(ours, 'src/index.ts').size).toBeGreaterThan(10)
  expect(outsideReach(ours, 'src/index.ts')).toEqual([])
  const chain = planted({
    'src/index.ts': `export * from './ops/index.ts'`,
    'src/ops/index.ts': `export { a } from './a.ts'`,
    'src/ops/a.ts': `import type { Arbitrary } from 'fast-check'\nimport { b } from './missing.ts'`,
  })
  expect(outsideReach(chain, 'src/index.ts')).toEqual(['fast-check', 'src/ops/missing.ts'])
})

test('the public face only re-exports', () => {
  expect(notReexports(ours.get('src/index.ts') ?? 'missing')).toEqual([])
  expect(
    notReexports(`import { a } from './a.ts'\nexport { a }\nexport const b = 1\nexport * from './c.ts'`),
  ).toHaveLength(3)
})

test('only the exactly specified functions of Math are used', () => {
  expect(inexactMath(ours)).toEqual([])
  const allowed = `const a = Math.sqrt(2) + Math.imul(3, 4) // Math.exp(1) and 2 ** 3\nconst b = 'Math.exp ** 2'`
  expect(inexactMath(planted({ 'src/a.ts': allowed }))).toEqual([])
  const forbidden = [
    'Math.random()',
    'Math.PI',
    'Math["sin"](1)',
    'f(Math)',
    '2 ** 3',
    'x **= 2',
    'globalThis.Math.exp(1)',
  ]
  for (const source of [...forbidden, 'const { exp } = Math'])
    expect(inexactMath(planted({ 'src/a.ts': source }))).toHaveLength(1)
})

test('no file is too long to read in one sitting', () => {
  expect(tooLong(load('src', 'proofs-check', 'kernels', 'test'), 350)).toEqual([])
  expect(tooLong(planted({ 'src/a.ts': 'x\n'.repeat(351), 'src/b.ts': 'x\n'.repeat(350) }), 350)).toEqual([
    'src/a.ts has 351 lines',
  ])
})

test('installing the package installs nothing else', () => {
  expect(runtimeDependencies(JSON.parse(readFileSync('package.json', 'utf8')))).toEqual([])
  const manifest = {
    dependencies: { a: '1' },
    optionalDependencies: { b: '1' },
    peerDependencies: { c: '1', d: '1' },
    peerDependenciesMeta: { d: { optional: true } },
  }
  expect(runtimeDependencies(manifest)).toEqual(['a', 'b', 'c'])
})
