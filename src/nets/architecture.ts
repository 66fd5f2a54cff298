import { showShape, sizeOf, Tensor } from '../array/index.ts'
import { activations, type ActivationName } from './activations.ts'

type Pair = readonly [number, number]

/** What layers with weights share; `name` is the prefix of their parameters' names. */
interface Weighted {
  readonly name: string
  readonly inputs: number
  readonly outputs: number
  readonly bias: boolean
  /** Every product is multiplied by this, the bias is not. Default 1. */
  readonly gain?: number
  /** Variance of a weight at initialisation. Default 1/fan-in. */
  readonly variance?: number
}

export interface Linear extends Weighted {
  readonly kind: 'linear'
}

/** Cross-correlation, channels first. */
export interface Conv extends Weighted {
  readonly kind: 'conv'
  readonly size: Pair
  readonly stride: Pair
  readonly padding: Pair
}

export interface Activate {
  readonly kind: 'activation'
  readonly activation: ActivationName
}

export interface Pool {
  readonly kind: 'maxPool' | 'averagePool'
  readonly size: Pair
  readonly stride: Pair
}

export interface Flatten {
  readonly kind: 'flatten'
}

/** x ↦ shortcut(x) + layers(x); the shortcut is the identity when absent. */
export interface Residual {
  readonly kind: 'residual'
  readonly layers: readonly Layer[]
  readonly shortcut?: readonly Layer[]
}

/** One layer of a feed-forward network. */
export type Layer = Linear | Conv | Activate | Pool | Flatten | Residual

/** A feed-forward network without its numbers: plain data that can be written to a file. */
export interface Architecture {
  readonly name: string
  /** Shape of one sample: [d] or [channels, height, width]. */
  readonly input: readonly number[]
  readonly layers: readonly Layer[]
}

/** `fc1.weight` [out, in], `fc1.bias` [out], `conv1.weight` [out, in, height, width] … : PyTorch's names and layouts. */
export type Parameters = Readonly<Record<string, Tensor>>

/** Where a layer's shapes are walked, in reading order. */
type Visit = (layer: Layer, input: readonly number[]) => void

function fail(architecture: Architecture, what: string, expected: string, got: unknown): never {
  throw new RangeError(`${architecture.name}: expected ${expected} in ${what}, got ${String(got)}`)
}

/** Shape of one sample after the layers. Throws RangeError naming the layer whose shapes do not fit. */
function walk(
  architecture: Architecture,
  layers: readonly Layer[],
  input: readonly number[],
  visit: Visit,
): readonly number[] {
  return layers.reduce((shape, layer) => {
    visit(layer, shape)
    switch (layer.kind) {
      case 'linear':
        checkWeighted(architecture, layer)
        if (shape.length !== 1 || shape[0] !== layer.inputs)
          fail(architecture, layer.name, `samples of [${layer.inputs}]`, showShape(shape))
        return [layer.outputs]
      case 'conv':
        checkWeighted(architecture, layer)
        if (shape.length !== 3 || shape[0] !== layer.inputs)
          fail(architecture, layer.name, `samples of [${layer.inputs},h,w]`, showShape(shape))
        return [layer.outputs, ...windows(architecture, layer.name, shape, layer)]
      case 'maxPool':
      case 'averagePool':
        if (shape.length !== 3) fail(architecture, layer.kind, 'samples of [c,h,w]', showShape(shape))
        return [shape[0]!, ...windows(architecture, layer.kind, shape, { ...layer, padding: [0, 0] })]
      case 'flatten':
        return [sizeOf(shape)]
      case 'activation':
        if (!Object.hasOwn(activations, layer.activation))
          fail(architecture, 'activation', Object.keys(activations).join(', '), layer.activation)
        return shape
      case 'residual': {
        const main = walk(architecture, layer.layers, shape, visit)
        const other = walk(architecture, layer.shortcut ?? [], shape, visit)
        if (showShape(main) !== showShape(other))
          fail(architecture, 'residual', `a shortcut of ${showShape(main)}`, showShape(other))
        return main
      }
      default:
        return fail(architecture, 'layers', 'a known kind of layer', (layer as { kind: unknown }).kind)
    }
  }, input)
}

function checkWeighted(
  architecture: Architecture,
  { name, inputs, outputs, gain = 1, variance = 1 }: Weighted,
): void {
  for (const size of [inputs, outputs])
    if (!Number.isSafeInteger(size) || size < 1) fail(architecture, name, 'sizes of at least 1', size)
  if (!Number.isFinite(gain)) fail(architecture, name, 'a finite gain', gain)
  if (!(variance >= 0 && variance < Infinity)) fail(architecture, name, 'a variance of at least 0', variance)
}

/** Numbers of windows along height and width. */
function windows(
  architecture: Architecture,
  name: string,
  shape: readonly number[],
  { size, stride, padding }: { size: Pair; stride: Pair; padding: Pair },
): number[] {
  return [0, 1].map((axis) => {
    const room = shape[axis + 1]! + 2 * padding[axis]! - size[axis]!
    const proper = [size[axis], stride[axis]].every((n) => Number.isSafeInteger(n) && n! >= 1)
    if (!proper || !(padding[axis]! >= 0) || room < 0)
      fail(architecture, name, 'windows that fit their input', `${size.join('×')} on ${showShape(shape)}`)
    return Math.floor(room / stride[axis]!) + 1
  })
}

/** Shape of one sample's output. Throws RangeError naming the layer whose shapes do not fit. */
export function outputShape(architecture: Architecture): readonly number[] {
  return walk(architecture, architecture.layers, architecture.input, () => undefined)
}

/** Shapes of all parameters by name, in reading order. Errors: as `outputShape`, and names that appear twice. */
export function parameterShapes(architecture: Architecture): Readonly<Record<string, readonly number[]>> {
  const shapes: Record<string, readonly number[]> = {}
  const add = (name: string, shape: readonly number[]): void => {
    if (Object.hasOwn(shapes, name)) fail(architecture, 'layers', 'different names', `${name} twice`)
    shapes[name] = shape
  }
  for (const layer of weightedLayers(architecture)) {
    const { name, inputs, outputs } = layer
    add(`${name}.weight`, layer.kind === 'linear' ? [outputs, inputs] : [outputs, inputs, ...layer.size])
    if (layer.bias) add(`${name}.bias`, [outputs])
  }
  return shapes
}

/** The layers with weights, in reading order, those of residual blocks included. */
export function weightedLayers(architecture: Architecture): readonly (Linear | Conv)[] {
  const found: (Linear | Conv)[] = []
  walk(architecture, architecture.layers, architecture.input, (layer) => {
    if (layer.kind === 'linear' || layer.kind === 'conv') found.push(layer)
  })
  return found
}

/** The number of products that one output of a layer sums. */
export function fanIn(layer: Linear | Conv): number {
  return layer.kind === 'linear' ? layer.inputs : layer.inputs * layer.size[0] * layer.size[1]
}

/**
 * Refuses parameters that are missing, superfluous, of another shape, of mixed or integer dtypes, or not finite, by
 * name.
 */
export function checkParameters(architecture: Architecture, parameters: Parameters): void {
  const shapes = parameterShapes(architecture)
  const { name: who } = architecture
  for (const name of Object.keys(parameters))
    if (!Object.hasOwn(shapes, name))
      throw new RangeError(`${who}: expected the parameters ${Object.keys(shapes).join(', ')}, got ${name}`)
  let first: Tensor | undefined
  for (const [name, shape] of Object.entries(shapes)) {
    const value = parameters[name]
    if (!(value instanceof Tensor)) throw new RangeError(`${who}: expected a tensor ${name}, got none`)
    if (showShape(value.shape) !== showShape(shape))
      throw new RangeError(
        `${who}: expected ${name} of shape ${showShape(shape)}, got ${showShape(value.shape)}`,
      )
    first ??= value
    if (value.dtype === 'i32' || value.dtype !== first.dtype)
      throw new TypeError(`${who}: expected ${name} in f32 or f64 like the others, got ${value.dtype}`)
    if (!value.data.every(Number.isFinite))
      throw new RangeError(`${who}: expected finite numbers in ${name}, got others`)
  }
}
