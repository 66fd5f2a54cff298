/** From functions of tensors, or of trees of tensors, to tapes. */
import type { Tensor } from '../array/index.ts'
import { execute } from '../run/index.ts'
import { trace, type Tape } from '../tape/index.ts'
import { leaves, rebuild, type Tree } from './trees.ts'

/** The tape of `f` at the dtypes and shapes of the inputs. */
export function record(f: (...xs: Tensor[]) => Tree, ...inputs: Tensor[]): Tape {
  const { tape, captures } = trace((...xs) => leaves('record', f(...xs)), inputs)
  if (captures.length > 0) {
    throw new TypeError(
      'record: expected a function of its arguments alone, got one that closes over symbolic values',
    )
  }
  return tape
}

/**
 * `f` of tensors, recorded once and run again and again for other elements. Tensors that it closes over are those of now; arguments have the
 * dtypes and shapes of the inputs.
 */
export function recorded(f: (...xs: Tensor[]) => Tensor, ...inputs: Tensor[]): (...xs: Tensor[]) => Tensor {
  const tape = record(f, ...inputs)
  return (...xs) => execute(tape, xs)[0]!
}

export interface Recorded<Y extends Tree> {
  readonly tape: Tape
  /** The leaves of all arguments, then the outer values that the function closes over. */
  readonly args: Tensor[]
  /** Positions of the leaves of the first argument. */
  readonly first: number[]
  /** Tensors in the form of the function's value. */
  readonly rebuildValue: (list: readonly Tensor[]) => Y
}

/** `f` recorded on trees. */
export function recordOnTrees<Xs extends readonly Tree[], Y extends Tree>(
  op: string,
  f: (...xs: Xs) => Y,
  trees: Xs,
  types: (x: Tensor, tree: number) => { shape: readonly number[]; dtype: Tensor['dtype'] } = (x) => x,
): Recorded<Y> {
  if (typeof f !== 'function') throw new TypeError(`${op}: expected a function, got ${typeof f}`)
  const lists = trees.map((tree) => leaves(op, tree))
  const args = lists.flat()
  let value: Y | undefined
  const call = (...xs: Tensor[]): Tensor[] => {
    let at = 0
    const inputs = trees.map((tree, i) => rebuild(tree, xs.slice(at, (at += lists[i]!.length))))
    value = f(...(inputs as unknown as Xs))
    return leaves('record', value)
  }
  const { tape, captures } = trace(
    call,
    lists.flatMap((list, i) => list.map((x) => types(x, i))),
  )
  const first = (lists[0] ?? []).map((_, i) => i)
  return { tape, args: [...args, ...captures], first, rebuildValue: (list) => rebuild(value!, list) }
}
