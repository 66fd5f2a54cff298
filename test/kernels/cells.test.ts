/** Sources are plain JavaScript: run by hand, one cell at a time and in f64, they give what the interpreter gives. */
import { expect, test } from 'vitest'
import { sizeOf, type Data } from '../../src/array/index.ts'
import { interpret } from '../../src/index.ts'
import { numbers as arithmetic } from '../../src/math/index.ts'
import { draftOf, writes } from '../../src/run/index.ts'
import { helpers, sourceOf, SPECIAL, type Source } from '../../kernels/cells/index.ts'
import { casesOf, operations, type Case } from './agreement.ts'

const sources = Object.values(helpers).map(({ source }) => source)
const { exponentOf, powerOfTwo, quotient, scaled } = new Function(
  `${sources.join('\n')}\nreturn { ${Object.keys(helpers).join()} }`,
)() as Record<keyof typeof helpers, (...numbers: number[]) => number>

type CellFunction = (this: { thread: { x: number; y: number } }, ...inputs: unknown[]) => number

/** All cells of a kernel. */
function run(
  { text, reads, helpers: used, output }: Source,
  values: ReadonlyMap<unknown, Data>,
): Float64Array {
  // Some modes cannot tell NaN, and would not say so.
  if (/isNaN|\b(\w+) [!=]== \1\b|Math\.random/.test(text))
    throw new Error(`cells: expected no test of NaN, got ${text}`)
  const called = used.map((name) => helpers[name].source).join('\n')
  const cell = new Function(`${called}\nreturn ${text}`)() as CellFunction
  const [columns, rows = 1] = output as [number, number?]
  const inputs = reads.map((name) => values.get(name))
  return Float64Array.from({ length: columns * rows }, (_, i) =>
    cell.call({ thread: { x: i % columns, y: Math.floor(i / columns) } }, ...inputs),
  )
}

function runByHand({ tape, args }: Case, inRows: boolean): Float64Array[] {
  const { steps, arguments: given, constants, results, values } = draftOf(tape)
  const known = new Map<unknown, Data>([[SPECIAL, Float64Array.of(Infinity, NaN)]])
  values.forEach(({ shape }, buffer) => sizeOf(shape) === 0 && known.set(buffer, new Float64Array(0)))
  given.forEach(({ buffer }, i) => known.set(buffer, args[i]!.storage()))
  for (const { value, view } of constants) known.set(view.buffer, tape.constants.get(value)!.storage())
  for (const step of steps) {
    if (!step || step.kind === 'host') continue
    known.set(writes(step)[0]!.buffer, run(sourceOf(step, inRows), known))
  }
  return results.map(({ buffer, offset, shape }) =>
    Float64Array.from(known.get(buffer)!.slice(offset, offset + sizeOf(shape))),
  )
}

test.each(operations)('$name, cell by cell', (operation) => {
  for (const sample of casesOf(operation)) {
    const expected = interpret(sample.tape, sample.args)
    for (const inRows of [false, true]) {
      runByHand(sample, inRows).forEach((found, j) => {
        expect(found).toHaveLength(expected[j]!.size)
        // Constants are those of f32.
        expected[j]!.data.forEach((value, i) =>
          expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(2e-5 * (1 + Math.abs(value))),
        )
      })
    }
  }
})

test('quotients, also of numbers that a division would round up', () => {
  for (const n of [1, 2, 3, 7, 9, 10, 255, 256, 784, 4095, 99991]) {
    for (const q of [0, 1, 2, 1000, 2047]) {
      for (const rest of [0, 1, n - 1]) {
        const i = q * n + Math.min(rest, n - 1)
        if (i < 2 ** 24) expect(quotient(i, n)).toBe(q)
      }
    }
  }
})

test('powers of two, and numbers taken apart', () => {
  for (let k = -149; k <= 127; k++) expect(powerOfTwo(k)).toBe(2 ** k)
  for (let k = -126; k <= 127; k++) {
    for (const x of [1, 1.5, 1.9999999]) {
      const y = Math.fround(x * 2 ** k)
      expect(exponentOf(y)).toBe(arithmetic.exponent(y))
      expect(Math.fround(scaled(x, k))).toBe(y)
    }
  }
  expect(Math.fround(scaled(1.5, -Infinity))).toBe(0)
  expect(Math.fround(scaled(1.5, Infinity))).toBe(Infinity)
})
