import { outputShape, type ActivationName, type Layer } from '../nets/index.ts'
import { affineLayer, type Affine } from './affine.ts'
import { activationBounds, affineBounds, type Bounds } from './intervals.ts'
import type { Network } from './network.ts'

/** A layer's place in the network, with bounds of its output. Chains of nodes lead back to the input. */
export type Node =
  | { readonly kind: 'input'; readonly bounds: Bounds }
  | { readonly kind: 'affine'; readonly layer: Affine; readonly before: Node; readonly bounds: Bounds }
  | {
      readonly kind: 'activation'
      readonly name: ActivationName
      readonly before: Node
      readonly bounds: Bounds
    }
  | {
      readonly kind: 'maxPool'
      readonly windows: readonly (readonly number[])[]
      readonly before: Node
      readonly bounds: Bounds
    }
  | { readonly kind: 'sum'; readonly branches: readonly [Node, Node]; readonly bounds: Bounds }

/** Sharper bounds of a node's output, where somebody has them: the intersection counts. */
export type Sharpen = (node: Node) => Bounds

/** The last node of a network for an input within bounds. Bounds of inputs of activations and of max pooling go through `sharpen`. */
export function graphOf({ architecture, parameters }: Network, input: Bounds, sharpen: Sharpen): Node {
  const shapeAfter = (layers: readonly Layer[], shape: readonly number[]): readonly number[] =>
    outputShape({ name: architecture.name, input: shape, layers })
  const through = (layers: readonly Layer[], start: Node, shape: readonly number[]): Node => {
    let node = start
    let at = shape
    for (const layer of layers) {
      const next = shapeAfter([layer], at)
      node = appended(layer, node, at, next)
      at = next
    }
    return node
  }
  const appended = (layer: Layer, before: Node, at: readonly number[], next: readonly number[]): Node => {
    switch (layer.kind) {
      case 'flatten':
        return before
      case 'residual': {
        const branches = [
          through(layer.layers, before, at),
          through(layer.shortcut ?? [], before, at),
        ] as const
        return { kind: 'sum', branches, bounds: summed(branches[0].bounds, branches[1].bounds) }
      }
      case 'activation': {
        const sharp = { ...before, bounds: sharpen(before) }
        return {
          kind: 'activation',
          name: layer.activation,
          before: sharp,
          bounds: activationBounds(layer.activation, sharp.bounds),
        }
      }
      case 'maxPool': {
        const sharp = { ...before, bounds: sharpen(before) }
        const windows = windowsOf(layer, at, next)
        return { kind: 'maxPool', windows, before: sharp, bounds: largestOf(windows, sharp.bounds) }
      }
      default: {
        const affine = affineLayer(layer, parameters, at, next)
        return { kind: 'affine', layer: affine, before, bounds: affineBounds(affine, before.bounds) }
      }
    }
  }
  return through(architecture.layers, { kind: 'input', bounds: input }, architecture.input)
}

/** Flat indices of every window's inputs. */
function windowsOf(
  { size, stride }: Extract<Layer, { kind: 'maxPool' | 'averagePool' }>,
  [channels, height, width]: readonly number[],
  [, rows, columns]: readonly number[],
): number[][] {
  const windows: number[][] = []
  for (let c = 0; c < channels!; c++)
    for (let i = 0; i < rows!; i++)
      for (let j = 0; j < columns!; j++) {
        const window: number[] = []
        for (let p = 0; p < size[0]; p++)
          for (let q = 0; q < size[1]; q++)
            window.push((c * height! + i * stride[0] + p) * width! + j * stride[1] + q)
        windows.push(window)
      }
  return windows
}

function largestOf(windows: readonly (readonly number[])[], { lower, upper }: Bounds): Bounds {
  const most = (values: Float64Array): Float64Array =>
    Float64Array.from(windows, (window) => window.reduce((m, i) => Math.max(m, values[i]!), -Infinity))
  return { lower: most(lower), upper: most(upper) }
}

/** Sums of two, each end moved by its rounding. */
function summed(a: Bounds, b: Bounds): Bounds {
  const u = 4.440892098500626e-16
  const add = (p: Float64Array, q: Float64Array, sign: 1 | -1): Float64Array =>
    p.map((v, i) => v + q[i]! + sign * u * (Math.abs(v) + Math.abs(q[i]!)))
  return { lower: add(a.lower, b.lower, -1), upper: add(a.upper, b.upper, 1) }
}
