import { expect, test } from 'vitest'
import {
  abs,
  add,
  grad,
  hessian,
  host,
  hvp,
  jacobian,
  jvp,
  matmul,
  mul,
  sin,
  square,
  stack,
  sum,
  tanh,
  tensor,
  vjp,
  vmap,
  type Tensor,
} from '../../src/index.ts'

const w = tensor([
  [1, -2, 0.5],
  [0.3, 1.1, -1],
])
const f = (x: Tensor): Tensor => tanh(matmul(w, sin(x)))
const g = (x: Tensor): Tensor => sum(mul(f(x), f(x)))
const x = tensor([0.2, -0.7, 1.3])
const unit = (n: number, i: number): Tensor => tensor(Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)))
const close = (a: Tensor, b: Tensor, tolerance = 1e-13): void => {
  expect(a.shape).toEqual(b.shape)
  for (let i = 0; i < a.size; i++) expect(Math.abs(a.data[i]! - b.data[i]!)).toBeLessThan(tolerance)
}

test('a Jacobian by rows, by columns, and from stacked vjp and jvp', () => {
  const J = jacobian(f)(x)
  expect(J.shape).toEqual([2, 3])
  close(jacobian(f, 'forward')(x), J)
  const rows = [0, 1].map((i) => vjp(f, x).pullback(unit(2, i)).toArray())
  close(tensor(rows as number[][]), J)
  const columns = [0, 1, 2].map((j) => jvp(f, x, unit(3, j)).tangent)
  close(tensor([0, 1].map((i) => columns.map((c) => c.data[i]!))), J)
})

test('a Hessian is symmetric and agrees with both Hessian-vector products', () => {
  const H = hessian(g)(x)
  close(H, tensor([0, 1, 2].map((i) => [0, 1, 2].map((j) => H.data[j * 3 + i]!))))
  const v = tensor([1, -2, 0.5])
  const Hv = matmul(H, v)
  close(hvp(g)(x, v), Hv)
  close(hvp(g, 'reverse-over-reverse')(x, v), Hv)
})

test('a Hessian-vector product on trees', () => {
  const h = ({ a, b }: { a: Tensor; b: Tensor[] }): Tensor => sum(mul(square(a), b[0]!))
  const at = { a: tensor([1, 2]), b: [tensor([3, 4])] }
  const direction = { a: tensor([1, 0]), b: [tensor([0, 1])] }
  for (const route of ['forward-over-reverse', 'reverse-over-reverse'] as const) {
    const { a, b } = hvp(h, route)(at, direction)
    expect(a.toArray()).toEqual([6, 4])
    expect(b[0]!.toArray()).toEqual([2, 0])
  }
})

test('the Jacobian of tensors of other ranks has the shape [...value, ...argument]', () => {
  const outer = (y: Tensor): Tensor => mul(y, tensor([[[1], [2]]]))
  const y = tensor([[1, 2, 3]])
  for (const mode of ['reverse', 'forward'] as const)
    expect(jacobian(outer, mode)(y).shape).toEqual([1, 2, 3, 1, 3])
  close(jacobian(outer)(y), jacobian(outer, 'forward')(y))
  expect(jacobian((z: Tensor) => sum(z))(y).shape).toEqual([1, 3])
})

test('per-sample gradients: vmap of grad with shared parameters equals the loop', () => {
  const loss = (p: { w: Tensor }, z: Tensor, target: Tensor): Tensor =>
    square(add(sum(tanh(matmul(p.w, z))), target))
  const points = tensor([
    [0.1, 0.2, 0.3],
    [-1, 0.5, 2],
    [0, 0, 1],
  ])
  const targets = tensor([1, -1, 0.5])
  const all = vmap(grad(loss), [null, 0, 0])({ w }, points, targets).w
  expect(all.shape).toEqual([3, 2, 3])
  for (let i = 0; i < 3; i++) {
    const z = tensor([...points.data].slice(3 * i, 3 * i + 3))
    const single = grad(loss)({ w }, z, tensor(targets.data[i]!)).w
    expect([...all.data].slice(6 * i, 6 * i + 6)).toEqual([...single.data])
  }
})

test('vmap of vmap, grad of vmap and vmap of a closure over a batched value', () => {
  const a = tensor([1, 2])
  const b = tensor([10, 20, 30])
  const table = vmap((p: Tensor) => vmap((q: Tensor) => mul(p, q))(b))(a)
  expect(table.toArray()).toEqual([
    [10, 20, 30],
    [20, 40, 60],
  ])
  expect(grad((y: Tensor) => sum(vmap((z: Tensor) => mul(z, sum(y)))(y)))(a).toArray()).toEqual([6, 6])
})

test('a value that does not depend on the instance is repeated', () => {
  expect(vmap<[Tensor], Tensor>(() => tensor(7))(tensor([1, 2])).toArray()).toEqual([7, 7])
})

test('jvp of vjp equals vjp of jvp', () => {
  const v = tensor([0.3, -1, 2])
  const u = tensor([1.5, -0.5])
  // ∂/∂x ⟨u, J(x) v⟩ taken along v, in both orders
  const first = jvp((y: Tensor) => vjp(f, y).pullback(u), x, v).tangent
  const second = grad((y: Tensor) => sum(mul(u, jvp(f, y, v).tangent)))(x)
  close(first, second)
})

test('what vmap cannot do it says', () => {
  expect(() => vmap(f)(tensor(1))).toThrow(/^vmap: expected a batch axis, got a scalar/)
  expect(() => vmap((p: Tensor, q: Tensor) => add(p, q))(tensor([1, 2]), tensor([1, 2, 3]))).toThrow(
    /^vmap: expected one batch size, got 2 and 3/,
  )
  expect(() => vmap(f, [null])(x)).toThrow(/^vmap: expected one batch size, got no batched argument/)
  const opaque = host({ name: 'opaque', type: ([y]) => y!, call: ([y]) => y!.storage() })
  expect(() => hvp((y: Tensor) => sum(opaque(y)))(x, x)).toThrow(/opaque, which has none/)
})

test('hvp refuses a direction of another shape by both routes', () => {
  const h = (y: Tensor): Tensor => sum(square(y))
  for (const route of ['forward-over-reverse', 'reverse-over-reverse'] as const) {
    expect(() => hvp(h, route)(tensor([1, 2]), tensor(1))).toThrow(
      /expected a direction like f64\[2\], got f64\[\]/,
    )
  }
})

test("the library's own functions can be differentiated by name", () => {
  expect(grad(abs)(tensor(-3)).item()).toBe(-1)
  expect(grad((y) => square(y))(tensor(3)).item()).toBe(6)
  expect(vmap(grad(square))(tensor([1, 2])).toArray()).toEqual([2, 4])
})

test('an operation on twenty thousand values is recorded', () => {
  const n = 20_000
  const h = (y: Tensor): Tensor => sum(stack(Array.from({ length: n }, () => y)))
  expect(jvp(h, tensor(1), tensor(1)).tangent.item()).toBe(n)
})
