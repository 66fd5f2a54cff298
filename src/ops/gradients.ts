/** What users call: derivatives as functions of functions. Each call records its function anew. */
import { allocate, sameShape, showShape, Tensor } from '../array/index.ts'
import * as tapes from '../tape/index.ts'
import { pullBack, replay, type Tape } from '../tape/index.ts'
import { compute, execute } from './apply.ts'
import { add, mul } from './arithmetic.ts'
import { recordOnTrees } from './record.ts'
import { broadcastTo, reshape, sum, transpose } from './shape.ts'
import { leaves, rebuild, type Tree } from './trees.ts'

/** A function of trees of tensors whose value is a scalar tensor; derivatives are taken by the first argument. */
export type Differentiable<X extends Tree, Rest extends Tree[]> = (x: X, ...rest: Rest) => Tensor

/** The tape (inputs…, cotangent of every output…) → (outputs…, cotangent of every wanted input…); see tape/reverse.ts. */
export function reverse(tape: Tape, wanted: readonly number[]): Tape {
  checkPositions('reverse', tape, wanted)
  return tapes.reverse(tape, wanted, add)
}

/** The tape (inputs…, tangent of every moving input…) → (outputs…, tangent of every output…); see tape/forward.ts. */
export function forward(tape: Tape, moving: readonly number[]): Tape {
  checkPositions('forward', tape, moving)
  return tapes.forward(tape, moving, add)
}

/**
 * The value of a scalar function and its gradient with respect to the first argument, a tree of the same form.
 * Errors when the value is not one number.
 */
export function valueAndGrad(f: (x: Tensor) => Tensor): (x: Tensor) => { value: Tensor; gradient: Tensor }
export function valueAndGrad<X extends Tree, Rest extends Tree[]>(
  f: Differentiable<X, Rest>,
): (x: X, ...rest: Rest) => { value: Tensor; gradient: X }
export function valueAndGrad<X extends Tree, Rest extends Tree[]>(
  f: Differentiable<X, Rest>,
): (x: X, ...rest: Rest) => { value: Tensor; gradient: X } {
  return (x, ...rest) => {
    const { tape, args, first } = recordOnTrees('grad', f, [x, ...rest] as const)
    const outputs = tape.outputs.map((value) => tape.types[value]!)
    const { shape, dtype } = outputs[0]!
    if (outputs.length !== 1 || shape.length > 0) {
      const got = outputs.length === 1 ? `shape ${showShape(shape)}` : `${outputs.length} tensors`
      throw new RangeError(
        `grad: expected a function with a scalar value, got ${got}\nhint: sum it, or use vjp`,
      )
    }
    checkFloat('grad', args.slice(0, first.length))
    const one = new Tensor(allocate(dtype, 1).fill(1), [], dtype)
    const [value, ...gradients] = execute(reverse(tape, first), [...args, one])
    return { value: value!, gradient: rebuild(x, gradients) }
  }
}

/** The gradient of a scalar function with respect to its first argument. */
export function grad(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor
export function grad<X extends Tree, Rest extends Tree[]>(
  f: Differentiable<X, Rest>,
): (x: X, ...rest: Rest) => X
export function grad<X extends Tree, Rest extends Tree[]>(
  f: Differentiable<X, Rest>,
): (x: X, ...rest: Rest) => X {
  const both = valueAndGrad<X, Rest>(f)
  return (x, ...rest) => both(x, ...rest).gradient
}

/** f(x) and the map ȳ ↦ (∂f/∂x)ᵀ ȳ; the function runs once, the pullback as often as it is called. */
export function vjp<X extends Tree, Y extends Tree>(
  f: (x: X) => Y,
  x: X,
): { value: Y; pullback: (cotangent: Y) => X } {
  const { tape, args, first, rebuildValue } = recordOnTrees('vjp', f, [x] as const)
  checkFloat('vjp', args.slice(0, first.length))
  const values = replay(tape, args, compute)
  const outputs = tape.outputs.map((value) => values[value]!)
  const pullback = (cotangent: Y): X => {
    const list = checkLike('vjp', 'cotangent', leaves('vjp', cotangent), outputs)
    return rebuild(x, pullBack(tape, values, list, first, add))
  }
  return { value: rebuildValue(outputs), pullback }
}

/** f(x) and its derivative (∂f/∂x) ẋ in the direction ẋ. */
export function jvp<X extends Tree, Y extends Tree>(
  f: (x: X) => Y,
  x: X,
  direction: X,
): { value: Y; tangent: Y } {
  const { tape, args, first, rebuildValue } = recordOnTrees('jvp', f, [x] as const)
  const own = args.slice(0, first.length)
  checkFloat('jvp', own)
  const tangents = checkLike('jvp', 'direction', leaves('jvp', direction), own)
  const results = execute(forward(tape, first), [...args, ...tangents])
  const half = results.length / 2
  return { value: rebuildValue(results.slice(0, half)), tangent: rebuildValue(results.slice(half)) }
}

/** The two ways to a Hessian-vector product; they agree to rounding. The first is cheaper, the second needs no jvp rules. */
export type HvpRoute = 'forward-over-reverse' | 'reverse-over-reverse'

/** (x, v) ↦ H v with H the matrix of second derivatives of a scalar function, never formed. */
export function hvp<X extends Tree>(
  f: (x: X) => Tensor,
  route: HvpRoute = 'forward-over-reverse',
): (x: X, v: X) => X {
  const gradient = grad<X, []>(f)
  if (route === 'forward-over-reverse') return (x, v) => jvp(gradient, x, v).tangent
  return (x, v) => {
    const directions = checkLike('hvp', 'direction', leaves('hvp', v), leaves('hvp', x))
    const along = (y: X): Tensor =>
      leaves('hvp', gradient(y))
        .map((g, i) => sum(mul(g, directions[i]!)))
        .reduce((a, b) => add(a, b))
    return grad<X, []>(along)(x)
  }
}

/** Of every argument of a batched function: does it carry the instances along its first axis, or is it shared? */
export type BatchAxis = 0 | null

/**
 * `f` on many instances at once. Arguments carry them along a new first axis (every tensor of a tree), or are shared
 * where `axes` says null; so does the value. One larger program runs, not a loop.
 */
export function vmap<Xs extends readonly Tree[], Y extends Tree>(
  f: (...xs: Xs) => Y,
  axes?: readonly BatchAxis[],
): (...xs: Xs) => Y {
  return (...xs) => {
    if (axes && (axes.length !== xs.length || !axes.every((axis) => axis === 0 || axis === null))) {
      throw new RangeError(
        `vmap: expected 0 or null for each of ${xs.length} arguments, got ${JSON.stringify(axes)}`,
      )
    }
    const stackedTree = (tree: number): boolean => !axes || axes[tree] === 0
    const stacked: number[] = []
    const sizes = new Set<number>()
    let at = 0
    xs.forEach((tree, i) => {
      for (const x of leaves('vmap', tree)) {
        if (stackedTree(i)) {
          if (x.shape.length === 0)
            throw new RangeError('vmap: expected a batch axis, got a scalar\nhint: axes')
          stacked.push(at)
          sizes.add(x.shape[0]!)
        }
        at++
      }
    })
    const [size] = sizes
    if (size === undefined || sizes.size > 1) {
      throw new RangeError(
        `vmap: expected one batch size, got ${[...sizes].join(' and ') || 'no batched argument'}`,
      )
    }
    const single = (x: Tensor, tree: number): { shape: readonly number[]; dtype: Tensor['dtype'] } =>
      stackedTree(tree) ? { shape: x.shape.slice(1), dtype: x.dtype } : x
    const { tape, args, rebuildValue } = recordOnTrees('vmap', f, xs, single)
    const { tape: batchedTape, batched } = tapes.batch(tape, stacked, size)
    const outputs = execute(batchedTape, args)
    return rebuildValue(outputs.map((y, i) => (batched[i] ? y : broadcastTo(y, [size, ...y.shape]))))
  }
}

/**
 * The matrix of first derivatives of a tensor-valued function, of shape [...value, ...argument]; by rows (reverse mode)
 * or by columns (forward mode), all of them in one batch.
 */
export function jacobian(
  f: (x: Tensor) => Tensor,
  mode: 'reverse' | 'forward' = 'reverse',
): (x: Tensor) => Tensor {
  return (x) => {
    if (mode === 'reverse') {
      const { value, pullback } = vjp(f, x)
      return reshape(vmap(pullback)(basis(value)), [...value.shape, ...x.shape])
    }
    const columns = vmap((direction: Tensor) => jvp(f, x, direction).tangent)(basis(x))
    const own = columns.shape.slice(1)
    const rows = [...own.map((_, axis) => axis + 1), 0]
    return reshape(transpose(columns, rows), [...own, ...x.shape])
  }
}

/** The matrix of second derivatives of a scalar function, of shape [...argument, ...argument]. */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return jacobian(grad(f), 'forward')
}

/** The unit tensors of x's shape, stacked. */
function basis(x: Tensor): Tensor {
  const data = allocate(x.dtype, x.size * x.size)
  for (let i = 0; i < x.size; i++) data[i * (x.size + 1)] = 1
  return new Tensor(data, [x.size, ...x.shape], x.dtype)
}

function checkPositions(op: string, tape: Tape, positions: readonly number[]): void {
  if (Array.isArray(positions) && positions.every((i) => i in tape.inputs)) return
  throw new RangeError(
    `${op}: expected positions among the ${tape.inputs.length} inputs of the tape, got ${JSON.stringify(positions)}`,
  )
}

function checkFloat(op: string, list: readonly Tensor[]): void {
  if (list.some((x) => x.dtype === 'i32')) {
    throw new TypeError(
      `${op}: expected f64 or f32 where derivatives are taken, got i32\nhint: cast(x, 'f64')`,
    )
  }
}

function checkLike(op: string, what: string, got: Tensor[], like: readonly Tensor[]): Tensor[] {
  if (got.length !== like.length) {
    throw new RangeError(`${op}: expected a ${what} of ${like.length} tensors, got ${got.length}`)
  }
  got.forEach((x, i) => {
    const { shape, dtype } = like[i]!
    if (sameShape(x.shape, shape) && x.dtype === dtype) return
    throw new RangeError(
      `${op}: expected a ${what} like ${dtype}${showShape(shape)}, got ${x.dtype}${showShape(x.shape)}`,
    )
  })
  return got
}
