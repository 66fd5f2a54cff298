import { expect, test } from 'vitest'
import {
  add,
  host,
  matmul,
  mul,
  record,
  relu,
  reverse,
  sum,
  take,
  tensor,
  type Tensor,
} from '../../../src/index.ts'
import { explain, plan } from '../../../src/run/plan/index.ts'
import { numbers } from '../../engine/programs.ts'

const dense = (x: Tensor, w: Tensor, b: Tensor, v: Tensor): Tensor => matmul(v, relu(add(matmul(w, x), b)))
const inputs = [
  numbers([784], 1, 'f32'),
  numbers([256, 784], 2, 'f32'),
  numbers([256], 3, 'f32'),
  numbers([256], 4, 'f32'),
]

test('the gradient of a network by its input, explained', () => {
  const tape = reverse(record(dense, ...inputs), [0])
  expect(explain(plan(tape))).toBe(`\
step kind   result               at    flops  bytes  what
   0 matmul f32[256]             b6     403k   811k
       [256,784]·[784,1] in lanes, then x0 + x1; select(max((x0 + x1) < 0, (x0 +
        x1) = 0), 0, x0 + x1)
   1 matmul f32[1,1]             b7      512  2.05k  [1,256]·[256,1] in lanes
   2 matmul f32[256]             b8    1.79k  5.12k
       [256,1]·[1,1], then x0·select(max(x1 < 0, x1 = 0), 0, 1)
   3 matmul f32[784,1]           b9     401k   807k  [784,256]·[256,1]

16 instructions: 0 unused, 0 repeated, 9 views, 0 copies of views
fused 1 maps into maps, 0 into reductions, 2 into products; 2 in place
4 steps: 806k flops, 1.63M bytes read and written
arena 814k bytes: arguments 808k, constants 0, results 3.26k, temporaries 3.26k`)
})

test('every line fits on a terminal, however long the formulas', () => {
  const twice = host({ name: 'twiceByHand', type: ([a]) => a!, call: ([a]) => a!.storage() })
  const f = (x: Tensor): Tensor[] => {
    const powers = Array.from({ length: 40 }).reduce<Tensor>((y) => mul(y, y), x)
    return [powers, twice(x), sum(take(x, tensor([1, 0], undefined, 'i32')))]
  }
  const tape = record(f, numbers([3], 1))
  const text = explain(plan(tape), tape)
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect(text).toContain('twiceByHand')
  expect(explain(plan(tape))).toContain('instruction 40')
})
