import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cast,
  cos,
  mul,
  record,
  setExecutor,
  sin,
  sum,
  tanh,
  type Operation,
  type Tensor,
} from '../../src/index.ts'
import { composites } from './composites.ts'
import {
  codes,
  constantsOf,
  decode,
  fromRecord,
  recorded,
  run,
  withConstants,
  type Ingredient,
  type Program,
} from './programs.ts'
import * as properties from './properties.ts'
import type { Letter } from './properties.ts'
import { runWithErrors } from './running-error.ts'

// To compile every small step of these would be more modules than V8 can map in one process. Whole tapes of such programs, and derivatives of
// theirs, are compiled in compiled-programs.test.ts.
if (process.env['EXECUTOR'] === 'compile') setExecutor('compile')

const everything = [...recorded, ...composites]
const words = fc.array(fc.constantFrom<Letter>('F', 'R', 'B'), { minLength: 1, maxLength: 3 })

function satisfiesAll(program: Program, word: readonly Letter[]): void {
  properties.sameBits(program)
  properties.firstOrder(program)
  properties.secondOrder(program)
  properties.mixedModes(program)
  properties.batches(program)
  properties.emptyBatches(program)
  properties.nests(program, word)
  properties.differences(program)
}

// A quarter of a minute alone; the limit is for machines that have more to do.
test('2,000 random programs: all routes to their derivatives agree', { timeout: 240_000 }, () => {
  const used = new Map<string, number>()
  const seen = { empty: 0, scalar: 0, shared: 0, deep: 0 }
  fc.assert(
    fc.property(codes, words, (code, word) => {
      const program = decode(code, everything)
      satisfiesAll(program, word)
      for (const [pick] of code.steps) {
        const { name } = everything[pick % everything.length]!
        used.set(name, (used.get(name) ?? 0) + 1)
      }
      const readers = program.steps.flatMap(({ operands }) => [...new Set(operands)])
      seen.empty += Number(
        program.inputs.some((x) => x.size === 0) || run(program, program.inputs).size === 0,
      )
      seen.scalar += Number(program.inputs.some((x) => x.shape.length === 0))
      seen.shared += Number(new Set(readers).size < readers.length)
      seen.deep += Number(word.length === 3)
    }),
    { numRuns: 2000 },
  )
  // A generator that had stopped producing something would make this test say nothing about it.
  for (const { name } of everything)
    expect({ name, often: (used.get(name) ?? 0) >= 20 }).toEqual({ name, often: true })
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100)
})

const sine = sin.operation
const hyperbolic = tanh.operation
const frozen: Operation = { ...cos.operation, vjp: (_, c) => mul(c, 0), jvp: (_, t) => mul(t, 0) }
const frozenCosine = fromRecord(frozen).choices[0]!
const flatSlope = (_: number, direction: Tensor, { inputs }: { inputs: readonly Tensor[] }): Tensor =>
  mul(direction, frozenCosine.apply(inputs))

const planted: [fault: string, wrong: Ingredient][] = [
  ['a missing factor in vjp', fromRecord({ ...hyperbolic, vjp: (_, c) => c })],
  ['a wrong sign in jvp', fromRecord({ ...sine, jvp: (i, t, use) => mul(-1, sine.jvp!(i, t, use)) })],
  [
    'a factor of two in both modes',
    fromRecord({
      ...sine,
      vjp: (i, c, use) => mul(2, sine.vjp!(i, c, use)),
      jvp: (i, t, use) => mul(2, sine.jvp!(i, t, use)),
    }),
  ],
  ['a slope whose own slope is wrong in both modes', fromRecord({ ...sine, vjp: flatSlope, jvp: flatSlope })],
  ['a wrong batch axis', fromRecord({ ...sum.operation, batch: ([x], _, axes) => sum(x!, axes) })],
  [
    'an error of ten thousand roundings',
    fromRecord({ ...sine, jvp: (i, t, use) => mul(1 + 1e-12, sine.jvp!(i, t, use)) }),
  ],
]

const company = everything.filter(({ name }) =>
  ['mul', 'matmul', 'tanh', 'max', 'slice', 'div'].includes(name),
)
const check = (wrong: Ingredient): boolean =>
  fc.check(
    fc.property(codes, words, (code, word) => satisfiesAll(decode(code, [wrong, ...company]), word)),
    { numRuns: 100, endOnFailure: true },
  ).failed

test.each(planted)('the same harness catches %s', (_, wrong) => {
  expect(check(wrong)).toBe(true)
})

test('and lets the right rules pass in the same company', () => {
  expect([sine, hyperbolic].map((operation) => check(fromRecord(operation)))).toEqual([false, false])
})

/** The program with inputs and constants rounded to f32, to be run in f32 or in f64. */
function rounded(program: Program, dtype: 'f32' | 'f64'): Program {
  const round = (x: Tensor): Tensor => cast(cast(x, 'f32'), dtype)
  return { ...withConstants(program, constantsOf(program).map(round)), inputs: program.inputs.map(round) }
}

test('the bounds of the error analysis hold for f32 beside f64, and are not much too wide', () => {
  const tightness: number[] = []
  const anyDtype = everything.filter(({ name }) => name !== 'cast')
  fc.assert(
    fc.property(codes, (code) => {
      const program = decode(code, anyDtype)
      const [single, double] = [rounded(program, 'f32'), rounded(program, 'f64')]
      const exact = run(double, double.inputs)
      const tape = record((...xs) => run(single, xs), ...single.inputs)
      const { values, errors } = runWithErrors(tape, single.inputs)
      for (let i = 0; i < exact.size; i++) {
        const gap = Math.abs(values[0]!.data[i]! - exact.data[i]!)
        expect(gap).toBeLessThanOrEqual(2 * errors[0]!.data[i]!)
        if (gap > 0) tightness.push(errors[0]!.data[i]! / gap)
      }
    }),
    { numRuns: 300 },
  )
  tightness.sort((a, b) => a - b)
  expect(tightness.length).toBeGreaterThan(300)
  expect(tightness[Math.floor(tightness.length / 2)]).toBeLessThan(100)
})
