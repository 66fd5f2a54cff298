/**
 * Checking derivatives against differences, and against each other.
 *
 * A directional derivative is compared with a central difference improved by one Richardson step, whose error is of
 * order h⁴; the two modes and the two orders are compared through identities that hold exactly:
 * ⟨u, J v⟩ = ⟨Jᵀ u, v⟩ and ⟨w, H v⟩ = ⟨v, H w⟩. Batched, a function must give what it gives row by row.
 */
import {
  allocate,
  differenceStep,
  differenceTolerance,
  identityTolerance,
  sizeOf,
  Tensor,
  type DType,
  type Shape,
} from '../array/index.ts'
import type { Case, Operation } from '../tape/index.ts'
import { apply } from './apply.ts'
import { add, mul } from './arithmetic.ts'
import { grad, jvp, vjp, vmap } from './gradients.ts'
import { stack } from './joining.ts'
import { sum } from './shape.ts'

export type CheckMode = 'value' | 'jvp' | 'vjp' | 'adjoint' | 'hvp' | 'symmetry' | 'batch'

export interface DerivativeCheck {
  readonly mode: CheckMode
  /** Largest error found, relative to the sum of the absolute terms. */
  readonly error: number
  readonly tolerance: number
  /** A mode that an operation lacks is refused; that is no failure. */
  readonly status: 'passed' | 'failed' | 'refused'
  /** The error that a rule threw or caused. */
  readonly problem?: string
}

export interface CheckReport {
  readonly passed: boolean
  readonly checks: readonly DerivativeCheck[]
}

/**
 * Checks value, jvp, vjp and Hessian-vector product of `f` at `xs`, which should stay away from kinks. The value must be
 * finite and the same twice; derivatives are probed in three directions.
 */
export function checkGrad(f: (...xs: Tensor[]) => Tensor, ...xs: Tensor[]): CheckReport {
  const g = (list: readonly Tensor[]): Tensor => f(...list)
  const y = g(xs)
  const dtype = [y, ...xs].some((x) => x.dtype === 'f32') ? 'f32' : 'f64'
  const loose = differenceTolerance(dtype)
  const tight = identityTolerance(dtype, y.size + xs.reduce((n, x) => n + x.size, 0))
  const list: DerivativeCheck[] = [measure('value', 0, () => valueGap(y, g(xs)))]
  for (const batched of [xs.map(() => true), ...xs.map((_, i) => xs.map((_, j) => i === j))]) {
    list.push(measure('batch', tight, () => batchGap(f, xs, batched)))
  }
  if (y.size > 0) {
    for (let k = 0; k < 3; k++) {
      const u = probe(y.shape, y.dtype, 7 * k + 1)
      const v = probesLike(xs, 7 * k + 2)
      const w = probesLike(xs, 7 * k + 4)
      // u·f as a function of x: its gradient is the pullback of u, its Hessian sees every second derivative of f.
      const scalar = (point: readonly Tensor[]): Tensor => sum(mul(u, g(point)))
      const gradient = grad(scalar)
      const along = (direction: readonly Tensor[]) => (point: readonly Tensor[]) =>
        inner(gradient(point), direction)
      const slope = (): Tensor => jvp(g, xs, v).tangent
      const pulled = (): readonly Tensor[] => vjp(g, xs).pullback(u)
      list.push(
        measure('jvp', loose, () =>
          gap(
            [slope()],
            difference((p) => [g(p)], xs, v),
          ),
        ),
        measure('vjp', loose, () =>
          productGap(
            pulled(),
            v,
            difference((p) => [scalar(p)], xs, v),
            [one(y.dtype)],
          ),
        ),
        measure('adjoint', tight, () => productGap(pulled(), v, [slope()], [u])),
        measure('hvp', loose, () => gap(grad(along(v))(xs), difference(gradient, xs, v))),
        measure('symmetry', tight, () => productGap(grad(along(v))(xs), w, grad(along(w))(xs), v)),
      )
    }
  }
  const checks = worst(list)
  return { passed: checks.every(({ status }) => status !== 'failed'), checks }
}

/** Checks one operation by its record: every case in f64 and f32, and that what it must refuse is refused by name. */
export function checkOperation<P>(
  operation: Operation<P>,
): { case: Case<P>; dtype: DType; report: CheckReport }[] {
  return (operation.cases ?? []).flatMap((sample) =>
    (['f64', 'f32'] as const).map((dtype) => {
      const all = sample.shapes.map((shape, i) => {
        const fixed = sample.integers?.[i]
        return fixed ? new Tensor(Int32Array.from(fixed), shape, 'i32') : points(shape, dtype, i, sample)
      })
      const xs = all.filter((x) => x.dtype !== 'i32')
      const f = (...inputs: Tensor[]): Tensor => {
        let next = 0
        return apply(
          operation,
          all.map((x) => (x.dtype === 'i32' ? x : inputs[next++]!)),
          sample.params,
        )
      }
      return { case: sample, dtype, report: checkGrad(f, ...xs) }
    }),
  )
}

function measure(mode: CheckMode, tolerance: number, error: () => number): DerivativeCheck {
  try {
    const found = error()
    // Written so that NaN fails.
    return { mode, error: found, tolerance, status: found <= tolerance ? 'passed' : 'failed' }
  } catch (problem) {
    const { message } = problem as Error
    if (message.endsWith(', which has none')) return { mode, error: 0, tolerance, status: 'refused' }
    // A rule that gives another shape makes some operation after it complain.
    return { mode, error: Infinity, tolerance, status: 'failed', problem: message }
  }
}

/** Three instances near `xs`, at once and one by one. */
function batchGap(
  f: (...xs: Tensor[]) => Tensor,
  xs: readonly Tensor[],
  batched: readonly boolean[],
): number {
  const instances = [0, 1, 2].map((k) =>
    xs.map((x, i) => (batched[i] ? add(x, mul(probe(x.shape, x.dtype, k + i), k / 1024)) : x)),
  )
  const stacked = xs.map((x, i) => (batched[i] ? stack(instances.map((list) => list[i]!)) : x))
  const together = vmap(
    f,
    batched.map((flag) => (flag ? 0 : null)),
  )(...stacked)
  return gap([together], [stack(instances.map((list) => f(...list)))])
}

/** One line per mode: the first failure, else the largest error. */
function worst(list: readonly DerivativeCheck[]): DerivativeCheck[] {
  const byMode = new Map<CheckMode, DerivativeCheck>()
  for (const check of list) {
    const known = byMode.get(check.mode)
    if (!known || (known.status !== 'failed' && (check.status === 'failed' || check.error > known.error))) {
      byMode.set(check.mode, check)
    }
  }
  return [...byMode.values()]
}

function valueGap(first: Tensor, second: Tensor): number {
  const [a, b] = [first.data, second.data]
  for (let i = 0; i < first.size; i++) if (!Number.isFinite(a[i]!) || a[i] !== b[i]) return NaN
  return 0
}

/** max |a - b| / max(|a|, |b|), with the size of all elements as the scale of each. */
function gap(a: readonly Tensor[], b: readonly Tensor[]): number {
  let [error, scale] = [0, 0]
  a.forEach((x, t) => {
    for (let i = 0; i < x.size; i++) {
      error = Math.max(error, Math.abs(x.data[i]! - b[t]!.data[i]!))
      scale = Math.max(scale, Math.abs(x.data[i]!), Math.abs(b[t]!.data[i]!))
    }
  })
  return error === 0 ? 0 : error / Math.max(scale, 1)
}

/** |⟨a, v⟩ - ⟨b, u⟩| relative to the sum of the absolute terms of both. */
function productGap(
  a: readonly Tensor[],
  v: readonly Tensor[],
  b: readonly Tensor[],
  u: readonly Tensor[],
): number {
  const [left, leftSize] = innerProduct(a, v)
  const [right, rightSize] = innerProduct(b, u)
  const error = Math.abs(left - right)
  return error === 0 ? 0 : error / Math.max(leftSize, rightSize, 1)
}

function innerProduct(a: readonly Tensor[], b: readonly Tensor[]): [value: number, size: number] {
  let [value, size] = [0, 0]
  a.forEach((x, t) => {
    for (let i = 0; i < x.size; i++) {
      const product = x.data[i]! * b[t]!.data[i]!
      value += product
      size += Math.abs(product)
    }
  })
  return [value, size]
}

function inner(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  return a.map((x, i) => sum(mul(x, b[i]!))).reduce((x, y) => add(x, y))
}

/** (4 D(h) - D(2h))/3 with D(h) = (f(x + h v) - f(x - h v))/2h. */
function difference(
  f: (point: readonly Tensor[]) => readonly Tensor[],
  xs: readonly Tensor[],
  v: readonly Tensor[],
): Tensor[] {
  const h = differenceStep(xs[0]!.dtype)
  const shifted = (step: number): readonly Tensor[] => f(xs.map((x, i) => add(x, mul(v[i]!, step))))
  const [near, far] = [
    [shifted(h), shifted(-h)],
    [shifted(2 * h), shifted(-2 * h)],
  ] as const
  return near[0].map((y, t) => {
    const data = allocate(y.dtype, y.size)
    for (let i = 0; i < y.size; i++) {
      const first = (near[0][t]!.data[i]! - near[1][t]!.data[i]!) / (2 * h)
      const second = (far[0][t]!.data[i]! - far[1][t]!.data[i]!) / (4 * h)
      data[i] = (4 * first - second) / 3
    }
    return new Tensor(data, y.shape, y.dtype)
  })
}

const GOLDEN = 0.6180339887498949

/** Numbers in [-1, 1] without a pattern that a wrong rule could share. */
function probe(shape: Shape, dtype: DType, salt: number): Tensor {
  const data = allocate(dtype, sizeOf(shape))
  for (let i = 0; i < data.length; i++) {
    const turn = (i + 1) * GOLDEN * (1 + salt * GOLDEN)
    data[i] = 2 * (turn - Math.floor(turn)) - 1
  }
  return new Tensor(data, shape, dtype)
}

function probesLike(xs: readonly Tensor[], salt: number): Tensor[] {
  return xs.map((x, i) => probe(x.shape, x.dtype, salt + 31 * i))
}

function one(dtype: DType): Tensor {
  return new Tensor(allocate(dtype, 1).fill(1), [], dtype)
}

/** Distinct points of the case's domain for input i, apart from those of the other inputs and from the kinks. */
function points(
  shape: Shape,
  dtype: DType,
  i: number,
  { domain = [-2, 2], kinks = [] }: Case<unknown>,
): Tensor {
  const data = allocate(dtype, sizeOf(shape))
  const cells = [23, 67, 211, 1009].find((prime) => prime > data.length)!
  const width = (domain[1] - domain[0]) / cells
  for (let j = 0; j < data.length; j++) {
    const x = domain[0] + width * (((j * 5 + 3 * i) % cells) + 0.2 + 0.3 * i)
    data[j] = kinks.some((kink) => Math.abs(x - kink) < 0.3 * width) ? x + 0.5 * width : x
  }
  return new Tensor(data, shape, dtype)
}
