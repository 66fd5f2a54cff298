/** Trees: nested arrays and plain objects with tensors as leaves, the arguments of differentiated functions. */
import { showShape, Tensor } from '../array/index.ts'

export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree }

/** The leaves from left to right, objects by the order of their keys. */
export function leaves(op: string, tree: Tree): Tensor[] {
  if (tree instanceof Tensor) return [tree]
  if (Array.isArray(tree)) return tree.flatMap((child: Tree) => leaves(op, child))
  if (typeof tree === 'object' && tree !== null && Object.getPrototypeOf(tree) === Object.prototype) {
    return Object.values(tree).flatMap((child) => leaves(op, child))
  }
  const got = (tree as unknown) instanceof Promise ? 'a promise\nhint: await it first' : typeof tree
  throw new TypeError(`${op}: expected tensors, or arrays and objects of tensors, got ${got}`)
}

/** The same tree with other leaves. */
export function rebuild<T extends Tree>(tree: T, list: readonly Tensor[]): T {
  let at = 0
  const walk = (node: Tree): Tree => {
    if (node instanceof Tensor) return list[at++]!
    if (Array.isArray(node)) return node.map(walk)
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]))
  }
  return walk(tree) as T
}

/** The form of a tree with the types of its leaves, as a name. */
export function formOf(tree: Tree): string {
  if (tree instanceof Tensor) return `${tree.dtype}${showShape(tree.shape)}`
  if (Array.isArray(tree)) return `[${tree.map(formOf).join()}]`
  return `{${Object.entries(tree).map(([key, child]) => `${JSON.stringify(key)}:${formOf(child as Tree)}`)}}`
}
