import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  add,
  cast,
  checkGrad,
  customGradient,
  grad,
  heaviside,
  hessian,
  host,
  hvp,
  jacobian,
  jvp,
  log,
  matmul,
  mul,
  neg,
  record,
  sin,
  cos,
  square,
  stopGradient,
  sub,
  sum,
  tensor,
  transpose,
  vjp,
  vmap,
  type CustomRules,
  type Tensor,
} from '../../src/index.ts'
import { allocate } from '../../src/array/index.ts'
import { examplesIn, printedBy } from '../support/examples.ts'

const x = tensor([0.4, -1.1, 0.7])

test('stopGradient: x in value, a constant to every derivative', () => {
  const f = (y: Tensor): Tensor => sum(mul(y, stopGradient(y)))
  expect(stopGradient(x).toArray()).toEqual(x.toArray())
  expect(grad(f)(x).toArray()).toEqual(x.toArray())
  expect(jvp(f, x, tensor([1, 0, 0])).tangent.item()).toBe(0.4)
  // The gradient is x, and x is all that it depends on, but stopped.
  expect(hessian(f)(x).data.every((h) => h === 0)).toBe(true)
  expect(grad((y: Tensor) => sum(stopGradient(sin(y))))(x).toArray()).toEqual([0, 0, 0])
  expect(
    vmap((y: Tensor) => grad(f)(y))(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ).toArray(),
  ).toEqual([
    [1, 2],
    [3, 4],
  ])
  expect(stopGradient(tensor([1], [1], 'i32')).dtype).toBe('i32')
})

/** A function under rules of its own, here the right ones: what they give must be what the tape gives. */
const rules: Required<CustomRules> = {
  vjp: (i, c, { inputs: [a, b] }) => mul(mul(c, i === 0 ? b! : a!), cos(mul(a!, b!))),
  jvp: (i, t, { inputs: [a, b] }) => mul(mul(t, i === 0 ? b! : a!), cos(mul(a!, b!))),
}
const sineOfProduct = customGradient('sineOfProduct', (a, b) => sin(mul(a, b)), rules)
const plain = (a: Tensor, b: Tensor): Tensor => sin(mul(a, b))
const y = tensor([1.2, 0.3, -0.8])

test('right rules pass the checker in every mode, order and batch', () => {
  const { checks } = checkGrad(sineOfProduct, x, y)
  expect(checks.map(({ mode }) => mode)).toEqual([
    'value',
    'batch',
    'jvp',
    'vjp',
    'adjoint',
    'hvp',
    'symmetry',
  ])
  expect(checks.filter(({ status }) => status !== 'passed')).toEqual([])
})

test.each<[string, CustomRules]>([
  ['a factor', { ...rules, vjp: (i, c, use) => mul(2, rules.vjp(i, c, use)) }],
  ['the other input in forward mode', { ...rules, jvp: (i, t, use) => rules.jvp(1 - i, t, use) }],
])('the checker catches %s', (_, wrong) => {
  expect(checkGrad(customGradient('wrong', plain, wrong), x, y).passed).toBe(false)
})

test('a function batched in some arguments, and batched twice', () => {
  const table = tensor([
    [1, 2, 3],
    [0.5, -1, 0.2],
  ])
  const through = (f: (a: Tensor, b: Tensor) => Tensor) => (a: Tensor, b: Tensor) => sum(f(a, b))
  for (const axes of [
    [0, null],
    [null, 0],
    [0, 0],
  ] as const) {
    const args = axes.map((axis, i) => (axis === 0 ? table : [x, y][i]!)) as [Tensor, Tensor]
    const gradient = (f: (a: Tensor, b: Tensor) => Tensor): Tensor => vmap(grad(through(f)), axes)(...args)
    expect(gradient(sineOfProduct).shape).toEqual([2, 3])
    close(gradient(sineOfProduct), gradient(plain))
    // The other way round: the gradient of a batched function, with respect to an argument that instances may share.
    const batched = (f: (a: Tensor, b: Tensor) => Tensor): Tensor =>
      grad((a: Tensor, b: Tensor) => sum(vmap(f, axes)(a, b)))(...args)
    close(batched(sineOfProduct), batched(plain))
    const moved = (f: (a: Tensor, b: Tensor) => Tensor): Tensor =>
      jvp((a: Tensor) => vmap(f, axes)(a, args[1]), args[0], args[0]).tangent
    close(moved(sineOfProduct), moved(plain))
  }
  const twice = (f: (a: Tensor, b: Tensor) => Tensor): Tensor =>
    vmap((row: Tensor) => vmap((a: Tensor) => grad((e: Tensor) => sum(f(e, y)))(a))(row))(
      tensor([[[1, 2, 3]], [[0, 1, 2]]]),
    )
  close(twice(sineOfProduct), twice(plain))
})

function close(a: Tensor, b: Tensor): void {
  expect(a.shape).toEqual(b.shape)
  a.data.forEach((value, i) => expect(value).toBeCloseTo(b.data[i]!, 14))
}

test('a straight-through estimator', () => {
  const step = customGradient('step', (a) => heaviside(a), { vjp: (_, cotangent) => cotangent })
  const f = (a: Tensor): Tensor => sum(square(step(a)))
  expect(f(x).item()).toBe(2)
  expect(grad(f)(x).toArray()).toEqual([2, 0, 2])
  expect(grad((a: Tensor) => sum(heaviside(a)))(x).toArray()).toEqual([0, 0, 0])
  // Differentiated again, the value moves with slope 1: (step²)'' = 2.
  expect(hvp(f, 'reverse-over-reverse')(x, tensor([1, 0, 0])).toArray()).toEqual([2, 0, 0])
})

test('the example of its description prints what it says', async () => {
  const source = readFileSync('src/ops/custom-gradient.ts', 'utf8').replaceAll(/^ \* ?/gm, '')
  const [example] = examplesIn(source)
  expect(await printedBy(example!.code)).toBe(example!.prints)
})

test('forward mode refuses a function without a jvp by its name; reverse mode does not need one', () => {
  const f = customGradient('half', (a) => mul(a, 0.5), { vjp: (_, c) => mul(c, 0.5) })
  expect(() => jvp(f, x, x)).toThrow(/^forward: expected operations with a jvp, got half, which has none/)
  expect(vjp(f, x).pullback(x).toArray()).toEqual([0.2, -0.55, 0.35])
  expect(checkGrad(f, x).passed).toBe(true)
})

test('what the function does may lack derivatives of its own', () => {
  const opaque = host({ name: 'opaque', type: ([a]) => a!, call: ([a]) => sin(a!).storage() })
  const f = customGradient('sine', (a) => opaque(a), {
    vjp: (_, c, { inputs: [a] }) => mul(c, cos(a!)),
    jvp: (_, t, { inputs: [a] }) => mul(t, cos(a!)),
  })
  expect(checkGrad(f, x).checks.filter(({ status }) => status !== 'passed')).toEqual([])
})

test('the operations of the function stay on the tape', () => {
  const names = record((a: Tensor) => sineOfProduct(a, a), x).instructions.map(
    ({ operation }) => operation.name,
  )
  expect(names).toEqual(['stopGradient', 'stopGradient', 'mul', 'sin', 'sineOfProduct'])
})

test('labels may be among the arguments', () => {
  const f = customGradient('scaled', (a, k) => mul(a, cast(k, 'f64')), { vjp: (_, c) => mul(c, 5) })
  const k = tensor(3, [], 'i32')
  expect(f(x, k).toArray()).toEqual([0.4 * 3, -1.1 * 3, 0.7 * 3])
  expect(grad((a: Tensor) => sum(f(a, k)))(x).toArray()).toEqual([5, 5, 5])
})

test('a symbolic value from outside is refused, with the way out', () => {
  const leaky = (outer: Tensor): Tensor =>
    sum(customGradient('leaky', (a) => mul(a, outer), { vjp: (_, c) => c })(x))
  expect(() => grad(leaky)(x)).toThrow(
    /^leaky: expected a function of its arguments alone, got one that closes over .*\nhint: pass them as arguments/,
  )
})

test('a rule that gives another shape is named', () => {
  const f = customGradient('bad', (a) => mul(a, 2), { vjp: (_, c) => sum(c), jvp: () => 1 as never })
  expect(() => grad((a: Tensor) => sum(f(a)))(x)).toThrow(/^bad: expected f64\[3\] from its vjp, got f64\[\]/)
  expect(() => jvp(f, x, x)).toThrow(/^bad: expected f64\[3\] from its jvp, got number/)
})

/** Gauss-Jordan elimination with row pivots: the inverse, and log |det|. */
function eliminate(a: Tensor): { inverse: Float64Array; logDet: number } {
  const n = a.shape[0]!
  const rows = Array.from({ length: n }, (_, i) =>
    [...a.data].slice(i * n, (i + 1) * n).concat(Array.from({ length: n }, (__, j) => (i === j ? 1 : 0))),
  )
  let logDet = 0
  for (let k = 0; k < n; k++) {
    const pivot = rows.findIndex(
      (row, i) => i >= k && rows.slice(k).every((other) => Math.abs(other[k]!) <= Math.abs(row[k]!)),
    )
    ;[rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!]
    const top = rows[k]!
    const head = top[k]!
    logDet += log(tensor(Math.abs(head))).item()
    rows.forEach((row, i) => {
      if (i === k) return
      const factor = row[k]! / head
      row.forEach((_, j) => (row[j]! -= factor * top[j]!))
    })
    top.forEach((_, j) => (top[j]! /= head))
  }
  return { inverse: Float64Array.from(rows.flatMap((row) => row.slice(n))), logDet }
}

// d(A⁻¹) = -A⁻¹ dA A⁻¹.
const inverse = host({
  name: 'inverse',
  type: ([a]) => a!,
  call: ([a]) => eliminate(a!).inverse,
  vjp: (_, c, { output }) => neg(matmul(transpose(output), matmul(c, transpose(output)))),
  jvp: (_, t, { output }) => neg(matmul(output, matmul(t, output))),
})
const logDeterminant = host({
  name: 'logDeterminant',
  type: ([a]) => ({ dtype: a!.dtype, shape: [] }),
  call: ([a]) => allocate('f64', 1).fill(eliminate(a!).logDet),
  vjp: (_, c, { inputs: [a] }) => mul(c, transpose(inverse(a!))),
  jvp: (_, t, { inputs: [a] }) => sum(mul(transpose(inverse(a!)), t)),
})

const a = tensor([
  [2, -0.5, 1],
  [0.3, 1.5, -0.7],
  [-0.2, 0.8, 3],
])
const identity = tensor([
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
])

test('the log-determinant as a custom operation: value, gradient A⁻ᵀ, and second order', () => {
  const { checks } = checkGrad(logDeterminant, a)
  expect(checks.filter(({ status }) => status !== 'passed')).toEqual([])
  close(matmul(a, transpose(grad((m: Tensor) => logDeterminant(m))(a))), identity)
  // The determinant itself, by the rule of Sarrus.
  const [p, q, r, s, t, u, v, w, z] = a.data as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const determinant = p * t * z + q * u * v + r * s * w - r * t * v - q * s * z - p * u * w
  expect(logDeterminant(a).item()).toBeCloseTo(log(tensor(determinant)).item(), 14)
  // log|det(AB)| = log|det A| + log|det B|, and so do their gradients by A.
  const product = (m: Tensor): Tensor =>
    sub(logDeterminant(matmul(m, a)), add(logDeterminant(m), logDeterminant(a)))
  expect(product(a).item()).toBeCloseTo(0, 13)
  grad(product)(a).data.forEach((g) => expect(g).toBeCloseTo(0, 13))
  // ∂²/∂A∂A in the direction V is -A⁻ᵀ Vᵀ A⁻ᵀ.
  const transposed = transpose(inverse(a))
  for (const route of ['forward-over-reverse', 'reverse-over-reverse'] as const) {
    close(hvp((m: Tensor) => logDeterminant(m), route)(a, identity), neg(matmul(transposed, transposed)))
  }
})

test('the Jacobian of the inverse by both modes', () => {
  close(jacobian(inverse, 'reverse')(a), jacobian(inverse, 'forward')(a))
})
