/** What users call: gradients as functions of functions. Each call records its function anew. */
import { sameShape, showShape, Tensor } from '../array/index.ts'
import { forward, pullBack, replay, reverse, trace, type Tape } from '../tape/index.ts'
import { compute, execute } from './apply.ts'
import { leaves, rebuild, type Tree } from './trees.ts'

/** A function of trees of tensors whose value is a tensor. */
export type Differentiable<X extends Tree, Rest extends Tree[]> = (x: X, ...rest: Rest) => Tensor

/** The tape of `f` at the dtypes and shapes of the inputs. */
export function record(f: (...xs: Tensor[]) => Tensor | readonly Tensor[], ...inputs: Tensor[]): Tape {
  const list = (...xs: Tensor[]): readonly Tensor[] => {
    const y = f(...xs)
    return y instanceof Tensor ? [y] : y
  }
  const { tape, captures } = trace(list, inputs)
  if (captures.length > 0) {
    throw new TypeError(
      'record: expected a function of its arguments alone, got one that closes over symbolic values',
    )
  }
  return tape
}

/** `f` recorded on trees: the tape, its arguments with the captures, and how many leaves its first argument has. */
interface Recorded {
  readonly tape: Tape
  readonly args: Tensor[]
  readonly moving: number[]
}

function recordOnTrees<Xs extends readonly Tree[]>(
  op: string,
  f: (...xs: Xs) => Tensor,
  trees: Xs,
): Recorded {
  if (typeof f !== 'function') throw new TypeError(`${op}: expected a function, got ${typeof f}`)
  const lists = trees.map((tree) => leaves(op, tree))
  const args = lists.flat()
  const call = (...xs: Tensor[]): Tensor[] => {
    let at = 0
    const inputs = trees.map((tree, i) => rebuild(tree, xs.slice(at, (at += lists[i]!.length))))
    return [f(...(inputs as unknown as Xs))]
  }
  const { tape, captures } = trace(call, args)
  return { tape, args: [...args, ...captures], moving: lists[0]!.map((_, i) => i) }
}

/**
 * The value of a scalar function and its gradient with respect to the first argument, a tree of the same form.
 * Errors when the value is not one number.
 */
export function valueAndGrad<X extends Tree, Rest extends Tree[]>(
  f: Differentiable<X, Rest>,
): (x: X, ...rest: Rest) => { value: Tensor; gradient: X } {
  return (x, ...rest) => {
    const { tape, args, moving } = recordOnTrees('grad', f, [x, ...rest])
    const { shape, dtype } = tape.types[tape.outputs[0]!]!
    if (shape.length > 0) {
      throw new RangeError(
        `grad: expected a function with a scalar value, got shape ${showShape(shape)}\nhint: sum it, or use vjp`,
      )
    }
    checkFloat('grad', args.slice(0, moving.length))
    const one = new Tensor(dtype === 'f32' ? Float32Array.of(1) : Float64Array.of(1), [], dtype)
    const [value, ...gradients] = execute(reverse(tape, moving), [...args, one])
    return { value: value!, gradient: rebuild(x, gradients) }
  }
}

/** The gradient of a scalar function with respect to its first argument. */
export function grad<X extends Tree, Rest extends Tree[]>(
  f: Differentiable<X, Rest>,
): (x: X, ...rest: Rest) => X {
  const both = valueAndGrad(f)
  return (x, ...rest) => both(x, ...rest).gradient
}

/** f(x) and the map ȳ ↦ (∂f/∂x)ᵀ ȳ; the function runs once, the pullback as often as it is called. */
export function vjp<X extends Tree>(
  f: (x: X) => Tensor,
  x: X,
): { value: Tensor; pullback: (cotangent: Tensor) => X } {
  const { tape, args, moving } = recordOnTrees('vjp', f, [x])
  checkFloat('vjp', args.slice(0, moving.length))
  const values = replay(tape, args, compute)
  const value = values[tape.outputs[0]!]!
  const pullback = (cotangent: Tensor): X => {
    checkLike('vjp', 'cotangent', cotangent, value)
    return rebuild(x, pullBack(tape, values, [cotangent], moving, compute))
  }
  return { value, pullback }
}

/** f(x) and its derivative (∂f/∂x) ẋ in the direction ẋ. */
export function jvp<X extends Tree>(
  f: (x: X) => Tensor,
  x: X,
  direction: X,
): { value: Tensor; tangent: Tensor } {
  const { tape, args, moving } = recordOnTrees('jvp', f, [x])
  const own = args.slice(0, moving.length)
  checkFloat('jvp', own)
  const tangents = leaves('jvp', direction)
  if (tangents.length !== own.length) {
    throw new RangeError(`jvp: expected a direction with ${own.length} tensors, got ${tangents.length}`)
  }
  tangents.forEach((t, i) => checkLike('jvp', 'direction', t, own[i]!))
  const [value, tangent] = execute(forward(tape, moving), [...args, ...tangents])
  return { value: value!, tangent: tangent! }
}

function checkFloat(op: string, list: readonly Tensor[]): void {
  if (list.some((x) => x.dtype === 'i32')) {
    throw new TypeError(
      `${op}: expected f64 or f32 where derivatives are taken, got i32\nhint: cast(x, 'f64')`,
    )
  }
}

function checkLike(op: string, what: string, got: Tensor, like: Tensor): void {
  if (!(got instanceof Tensor) || !sameShape(got.shape, like.shape) || got.dtype !== like.dtype) {
    const is = got instanceof Tensor ? `${got.dtype}${showShape(got.shape)}` : typeof got
    throw new RangeError(`${op}: expected a ${what} like ${like.dtype}${showShape(like.shape)}, got ${is}`)
  }
}
