/** Programs made to share: a few shapes, many readers of every value, several results, donated arguments. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Tensor } from '../../../src/array/index.ts'
import {
  add,
  broadcastTo,
  cast,
  concatenate,
  exp,
  fold,
  host,
  interpret,
  matmul,
  max,
  mul,
  record,
  relu,
  reshape,
  slice,
  sub,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  unfold,
} from '../../../src/index.ts'
import { plan } from '../../../src/run/plan/index.ts'
import { numbers } from '../../engine/programs.ts'
import { Arena } from '../../support/plan-runner.ts'

type Make = (xs: readonly Tensor[]) => Tensor
type Shapes = readonly (readonly number[])[]

const R = 5
const C = 8
const square: readonly number[] = [R, C]
const rows = tensor([4, 0, 0, 2, 3], undefined, 'i32')

/** Everything goes from matrices [R, C] to such a matrix, so that any operand fits anywhere. */
const makers: Make[] = [
  ([a, b]) => add(a!, b!),
  ([a, b]) => sub(a!, mul(b!, 0.5)),
  ([a]) => relu(a!),
  ([a]) => tanh(a!),
  ([a, b]) => mul(exp(mul(a!, -0.1)), b!),
  ([a]) => mul(a!, a!),
  ([a, b]) => add(a!, broadcastTo(sum(b!, 0), [R, C])),
  ([a, b]) => add(a!, sum(b!, 1, { keepDims: true })),
  ([a, b]) => sub(a!, max(b!, 1, { keepDims: true })),
  ([a, b]) => mul(a!, reshape(sum(mul(a!, b!)), [1, 1])),
  ([a, b]) => add(matmul(a!, matmul(b!, a!, { transposeA: true })), b!),
  ([a, b]) => matmul(matmul(a!, b!, { transposeB: true }), tanh(a!)),
  ([a, b]) => relu(add(matmul(matmul(a!, transpose(b!)), a!), slice(b!, [[0, 1]]))),
  ([a, b]) => add(a!, transpose(reshape(transpose(b!), [C, R]))),
  ([a, b]) => add(a!, reshape(transpose(b!), [R, C])),
  ([a]) => reshape(transpose(reshape(a!, [C, R])), [R, C]),
  ([a]) => slice(a!, [[null, null, -1]]),
  ([a]) => add(a!, slice(a!, [[null, null, -1]])),
  ([a, b]) => add(matmul(a!, matmul(b!, a!, { transposeA: true })), a!),
  ([a, b]) => add(matmul(matmul(a!, b!, { transposeB: true }), a!), a!),
  ([a, b]) => concatenate([slice(a!, [[0, 2]]), slice(b!, [[1, 4]])], 0),
  ([a, b]) => add(a!, concatenate([slice(b!, [null, [0, 3]]), slice(a!, [null, [3, 8]])], 1)),
  ([a, b]) => sub(a!, slice(sum(unfold(b!, [2, 3], { padding: 1 }), [0, 1]), [[0, R]])),
  ([a, b]) => add(b!, max(unfold(a!, [1, 2], { padding: [0, [0, 1]] }), [0, 1])),
  ([a]) =>
    reshape(max(unfold(reshape(a!, [R * C, 1]), [2, 1], { stride: [1, 1], padding: [[1, 0], 0] }), [0, 1]), [
      R,
      C,
    ]),
  ([a]) => fold(unfold(a!, [1, 2], { stride: [1, 2] }), [R, C], [1, 2], { stride: [1, 2] }),
  ([a]) => fold(unfold(a!, [2, 3]), [R, C], [2, 3]),
  ([a]) => take(a!, rows),
  ([a, b]) => mul(a!, reshape(sum(transpose(reshape(b!, [2, 4, R])), [1, 2]), [R, 1])),
  ([a, b]) => sub(b!, reshape(sum(transpose(reshape(tanh(a!), [2, 4, R])), [1, 2]), [R, 1])),
  ([a, b]) => mul(reshape(matmul(a!, reshape(sum(b!, 0), [C])), [R, 1]), b!),
  ([a, b]) => mul(a!, matmul(sum(a!, 1), b!)),
  ([a, b]) => mul(a!, matmul(transpose(b!), sum(a!, 1))),
  ([a]) => cast(cast(mul(a!, 10), 'i32'), a!.dtype),
  ([a, b]) => twice(a!, b!),
]

const twice = host({
  name: 'twice',
  type: ([a]) => a!,
  call: ([a, b]) => a!.storage().map((x, i) => 2 * x + b!.data[i]!),
})

const code = fc.record({
  steps: fc.array(fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999)), { minLength: 1, maxLength: 14 }),
  results: fc.array(fc.nat(999), { minLength: 1, maxLength: 4 }),
  donate: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
  single: fc.boolean(),
})

test('programs that share, with donated arguments', { timeout: 240_000 }, () => {
  const seen = {
    heirs: 0,
    inPlace: 0,
    intoMaps: 0,
    intoReductions: 0,
    intoProducts: 0,
    copies: 0,
    repeated: 0,
  }
  fc.assert(
    fc.property(code, ({ steps, results, donate, single }) => {
      const shapes: Shapes = [square, square, square]
      const args = shapes.map((shape, i) => numbers(shape, i, single ? 'f32' : 'f64'))
      const f = (...xs: Tensor[]): Tensor[] => {
        const values = [...xs]
        // Recent values more often than old ones.
        const at = (pick: number): Tensor => values[values.length - 1 - (pick % Math.min(values.length, 5))]!
        for (const [which, a, b] of steps) values.push(makers[which % makers.length]!([at(a), at(b)]))
        return results.map((pick) => values[values.length - 1 - (pick % values.length)]!)
      }
      const tape = record(f, ...args)
      const made = plan(tape, { donate })
      const arena = new Arena(made)
      const expected = interpret(tape, args)
      arena.run(tape, args).forEach((y, j) => {
        y.storage().forEach((x, i) => {
          if (!Object.is(x, expected[j]!.data[i]))
            throw new Error(`result ${j}[${i}]: ${expected[j]!.data[i]} became ${x}`)
        })
      })
      args.forEach((x, i) => {
        const place = made.arguments[i]!
        const owners = made.results.filter(({ buffer }) => buffer === place.buffer)
        if (!donate.includes(i)) expect([...arena.read(place)]).toEqual([...x.data])
        else expect(owners.length).toBeLessThanOrEqual(1)
        if (donate.includes(i)) seen.heirs += owners.length
      })
      for (const count of [
        'inPlace',
        'intoMaps',
        'intoReductions',
        'intoProducts',
        'copies',
        'repeated',
      ] as const)
        seen[count] += made.summary[count]
    }),
    { numRuns: 2000 },
  )
  for (const [what, count] of Object.entries(seen))
    expect({ what, often: count > 50 }).toEqual({ what, often: true })
})
