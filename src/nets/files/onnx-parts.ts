import { Tensor } from '../../array/index.ts'
import type { Layer } from '../architecture.ts'
import type { OnnxNode } from './onnx-graph.ts'

/** The layers that lead from the network's input to a value. */
export type Path = readonly Layer[]

export type Pair = readonly [number, number]

/** Two paths from one value, added: their common layers, then a residual block. */
export function joinedBranches(a: Path, b: Path): Path {
  let common = 0
  while (common < Math.min(a.length, b.length) && a[common] === b[common]) common++
  const [main, shortcut] = [a.slice(common), b.slice(common)]
  const [layers, other] = main.length >= shortcut.length ? [main, shortcut] : [shortcut, main]
  const block: Layer =
    other.length === 0 ? { kind: 'residual', layers } : { kind: 'residual', layers, shortcut: other }
  return [...a.slice(0, common), block]
}

export function transposed({ data, shape, dtype }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number]
  const out = dtype === 'f32' ? new Float32Array(data.length) : new Float64Array(data.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!
  return new Tensor(out, [columns, rows], dtype)
}

export function pairOf(node: OnnxNode, key: string, otherwise: Pair | undefined): Pair {
  const found = node.attributes.get(key)?.integers ?? otherwise
  if (found?.length !== 2) throw fail(node, `two numbers as ${key}`, String(found))
  return found as unknown as Pair
}

export function checkWindows(node: OnnxNode): void {
  const padding = node.attributes.get('auto_pad')?.text ?? 'NOTSET'
  if (padding !== 'NOTSET') throw fail(node, 'padding in numbers', padding)
  if (node.attributes.get('dilations')?.integers.some((d) => d !== 1)) throw fail(node, 'no dilation', 'some')
}

export function layersIn(path: Path): number {
  return path.reduce((count, layer) => {
    if (layer.kind !== 'residual') return count + 1
    return count + 1 + layersIn(layer.layers) + layersIn(layer.shortcut ?? [])
  }, 0)
}

export function fail({ type, name }: OnnxNode, expected: string, got: string): RangeError {
  return new RangeError(`readOnnx: expected ${expected} in ${type}${name ? ` (${name})` : ''}, got ${got}`)
}
