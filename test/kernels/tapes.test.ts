import fc from 'fast-check'
import { test } from 'vitest'
import { record } from '../../src/index.ts'
import { forward, reverse } from '../../src/index.ts'
import { composites } from '../engine/composites.ts'
import { codes, decode, large, numbers, recorded, run, show } from '../engine/programs.ts'
import type { Tape } from '../../src/tape/index.ts'
import { checkCase, expectWithin } from './agreement.ts'
import { product, tapes } from './tapes.ts'

test.each(
  (['webasm', 'cpu'] as const).flatMap((mode) => tapes.map((tape) => ({ mode, tape, name: tape.name }))),
)('$name on $mode', async ({ mode, tape }) => {
  await expectWithin(tape, tape.name, mode)
})

/** Derivatives by all inputs, with cotangents or tangents as further arguments. */
const derived = {
  R: (tape: Tape) =>
    reverse(
      tape,
      tape.inputs.map((_, i) => i),
    ),
  F: (tape: Tape) =>
    forward(
      tape,
      tape.inputs.map((_, i) => i),
    ),
}

test.each(['small', 'large'] as const)(
  'two hundred random programs and their derivatives: %s',
  { timeout: 240_000 },
  async (size) => {
    await fc.assert(
      fc.asyncProperty(codes, fc.constantFrom('', 'R', 'F'), async (code, word) => {
        const program =
          size === 'large'
            ? decode(code, [...recorded, ...composites], large)
            : decode(code, [...recorded, ...composites])
        const tape = record((...xs) => run(program, xs), ...program.inputs)
        const transformed = word === '' ? tape : derived[word as 'R' | 'F'](tape)
        const args = transformed.inputs.map(
          (value, i) => program.inputs[i] ?? numbers(transformed.types[value]!.shape, 31 + i),
        )
        await checkCase({ name: `${word} of\n${show(program)}`, tape: transformed, args }, 'webasm')
      }),
      { numRuns: 100 },
    )
  },
)

test(
  'products of all sizes up to 512: every element within (k + 2)·2⁻²⁴·|A||B|',
  { timeout: 120_000 },
  async () => {
    await expectWithin(product(512, 512, 512), 'product', 'webasm')
    const size = fc.integer({ min: 1, max: 200 })
    await fc.assert(
      fc.asyncProperty(size, size, size, fc.constantFrom('webasm', 'cpu'), (m, k, n, mode) =>
        expectWithin(product(m, k, n), 'product', mode),
      ),
      { numRuns: 20 },
    )
  },
)
