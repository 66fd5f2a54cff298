import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tensor } from '../../../src/array/index.ts'
import { cast, interpret, record, reverse, vmap } from '../../../src/index.ts'
import { plan } from '../../../src/run/plan/index.ts'
import type { Tape } from '../../../src/tape/index.ts'
import { composites } from '../../engine/composites.ts'
import {
  codes,
  constantsOf,
  decode,
  numbers,
  recorded,
  run,
  withConstants,
  type Program,
} from '../../engine/programs.ts'
import { Arena } from '../../support/plan-runner.ts'

const everything = [...recorded, ...composites]

/** The plan gives the interpreter's bits, twice, and leaves the arguments as they were. */
function agrees(tape: Tape, args: readonly Tensor[]): void {
  const expected = interpret(tape, args)
  const arena = new Arena(plan(tape))
  for (const again of [false, true]) {
    const got = arena.run(tape, args, again)
    expected.forEach((y, j) => {
      expect(got[j]!.shape).toEqual(y.shape)
      expect(got[j]!.dtype).toEqual(y.dtype)
      y.storage().forEach((x, i) => {
        if (!Object.is(x, got[j]!.data[i]))
          throw new Error(`result ${j}[${i}]: expected ${x}, got ${got[j]!.data[i]}`)
      })
    })
  }
}

function single(program: Program): Program {
  const round = (x: Tensor): Tensor => cast(x, 'f32')
  return { ...withConstants(program, constantsOf(program).map(round)), inputs: program.inputs.map(round) }
}

function tapes(program: Program): [Tape, Tensor[]][] {
  const { inputs } = program
  const tape = record((...xs) => run(program, xs), ...inputs)
  const y = interpret(tape, inputs)[0]!
  const wanted = inputs.map((_, i) => i)
  const cotangent = numbers(y.shape, 3, y.dtype)
  const gradient = reverse(tape, wanted)
  return [
    [tape, [...inputs]],
    [gradient, [...inputs, cotangent]],
  ]
}

test('random programs and their gradients, f64', { timeout: 240_000 }, () => {
  fc.assert(
    fc.property(codes, (code) => {
      for (const [tape, args] of tapes(decode(code, everything))) agrees(tape, args)
    }),
    { numRuns: 2000 },
  )
})

test('random programs and their gradients, f32', { timeout: 240_000 }, () => {
  const anyDtype = everything.filter(({ name }) => name !== 'cast')
  fc.assert(
    fc.property(codes, (code) => {
      for (const [tape, args] of tapes(single(decode(code, anyDtype)))) agrees(tape, args)
    }),
    { numRuns: 500 },
  )
})

test('many instances at once', { timeout: 240_000 }, () => {
  fc.assert(
    fc.property(codes, (code) => {
      const program = decode(code, everything)
      const stacked = program.inputs.map((x) => numbers([3, ...x.shape], 5))
      const tape = record((...xs) => vmap((...rows: Tensor[]) => run(program, rows))(...xs), ...stacked)
      agrees(tape, stacked)
    }),
    { numRuns: 500 },
  )
})
