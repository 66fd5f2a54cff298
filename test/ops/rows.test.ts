import { expect, test } from 'vitest'
import { allocate } from '../../src/array/index.ts'
import {
  add,
  checkGrad,
  cos,
  grad,
  host,
  mul,
  sin,
  square,
  stack,
  sum,
  tensor,
  vmap,
  type Tensor,
} from '../../src/index.ts'
import { applyDeferred, applyDeferredTranspose, deferredGaussian, stream } from '../../src/random/index.ts'

const sine = host({
  name: 'hostSine',
  type: ([x]) => x!,
  call: ([x]) => sin(x!).storage(),
  vjp: (_, cotangent, { inputs: [x] }) => mul(cotangent, cos(x!)),
  jvp: (_, tangent, { inputs: [x] }) => mul(tangent, cos(x!)),
})
const x = tensor([
  [0.1, 0.2, 0.3],
  [-1, 2, 0.5],
])

/** Notes the first element of everything that passes through. */
function logger(): { seen: number[]; note: (x: Tensor, y: Tensor) => Tensor } {
  const seen: number[] = []
  const note = host({
    name: 'note',
    type: ([, y]) => y!,
    call: ([x, y]) => {
      seen.push(x!.data[0]!)
      return y!.storage()
    },
    effect: true,
  })
  return { seen, note }
}

test('a host call under vmap gives what it gives row by row, with its derivatives', () => {
  const f = (row: Tensor): Tensor => sum(square(sine(row)))
  const rows = [tensor([0.1, 0.2, 0.3]), tensor([-1, 2, 0.5])]
  expect(vmap(f)(x).toArray()).toEqual(stack(rows.map(f)).toArray())
  expect(vmap(grad(f))(x).toArray()).toEqual(stack(rows.map((row) => grad(f)(row))).toArray())
  const checks = checkGrad((y) => vmap(f)(y), x).checks
  expect(checks.filter(({ status }) => status !== 'passed')).toEqual([])
})

test('rows run in ascending order, shared operands serve all of them, nested batches too', () => {
  const { seen, note } = logger()
  const y = tensor([10, 20])
  expect(vmap(note, [0, null])(tensor([[3], [1], [2]]), y).toArray()).toEqual([
    [10, 20],
    [10, 20],
    [10, 20],
  ])
  expect(seen).toEqual([3, 1, 2])
  seen.length = 0
  const table = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])
  vmap(vmap((p: Tensor) => note(p, p)))(table)
  expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6])
  seen.length = 0
  expect(vmap((p: Tensor) => add(p, note(tensor(7), tensor(1))))(y).toArray()).toEqual([11, 21])
  expect(seen).toEqual([7])
})

test('no instances: no call, and a result of no rows', () => {
  const { seen, note } = logger()
  expect(vmap(note, [0, null])(tensor([], [0, 3]), x)).toMatchObject({ shape: [0, 2, 3], dtype: 'f64' })
  expect(seen).toEqual([])
})

test('an own batch rule is used instead', () => {
  let calls = 0
  const double = host({
    name: 'double',
    type: ([y]) => y!,
    call: ([y]) => {
      calls++
      return allocate('f64', y!.size).map((_, i) => 2 * y!.data[i]!) as Float64Array
    },
    batch: ([y]) => double(y!),
  })
  expect(vmap((row: Tensor) => double(row))(x).toArray()).toEqual([
    [0.2, 0.4, 0.6],
    [-2, 4, 1],
  ])
  expect(calls).toBe(1)
})

test('a deferred matrix answers a batch as it answers its rows one after the other', () => {
  const matrix = (): ReturnType<typeof deferredGaussian> => deferredGaussian(stream(5), 4, 3)
  const rows = [tensor([0.1, 0.2, 0.3]), tensor([-1, 2, 0.5])]
  const [w, v] = [matrix(), matrix()]
  const together = vmap((row: Tensor) => applyDeferred(w, row))(x)
  expect(together.toArray()).toEqual(rows.map((row) => applyDeferred(v, row).toArray()))
  const back = vmap((u: Tensor) => applyDeferredTranspose(w, u))(together)
  expect(back.toArray()).toEqual(
    rows.map((row) => applyDeferredTranspose(v, applyDeferred(v, row)).toArray()),
  )
})

test('per-sample gradients through a deferred matrix', () => {
  const w = deferredGaussian(stream(6), 4, 3)
  const f = (row: Tensor): Tensor => sum(square(applyDeferred(w, row)))
  const all = vmap(grad(f))(x)
  for (const [i, row] of [tensor([0.1, 0.2, 0.3]), tensor([-1, 2, 0.5])].entries()) {
    const wanted = grad(f)(row).data
    for (let j = 0; j < 3; j++) expect(all.data[3 * i + j]).toBeCloseTo(wanted[j]!, 12)
  }
})
