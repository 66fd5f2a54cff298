import { showShape, Tensor } from '../array/index.ts'
import type { Conv, Layer, Linear, Parameters } from '../nets/index.ts'
import { averagePool2d, conv2d, matmul, mul, vjp } from '../ops/index.ts'

/** A layer that is affine in its input, for one sample of a known shape. */
export interface Affine {
  /** Batch [n, ...input] to [n, ...output], without the bias. */
  readonly apply: (x: Tensor, weights: 'signed' | 'absolute') => Tensor
  /** Of every output, flat. */
  readonly bias: Float64Array
  readonly input: readonly number[]
  readonly output: readonly number[]
  /** Products that one output sums. */
  readonly terms: number
  /** W [outputs, inputs]. */
  readonly matrix: () => Tensor
}

/** A linear, convolution or average pooling layer as an affine map of samples of this shape. */
export function affineLayer(
  layer: Linear | Conv | Extract<Layer, { kind: 'maxPool' | 'averagePool' }>,
  parameters: Parameters,
  input: readonly number[],
  output: readonly number[],
): Affine {
  const size = output.reduce((product, n) => product * n, 1)
  if (!('name' in layer)) {
    const { size: window, stride } = layer
    const apply = (x: Tensor): Tensor => averagePool2d(x, window, { stride })
    const bias = new Float64Array(size)
    const matrix = (): Tensor => writtenOut(apply, input, output)
    return { apply, bias, input, output, terms: window[0] * window[1], matrix }
  }
  const w = parameters[`${layer.name}.weight`]!
  const { gain = 1 } = layer
  const signed = gain === 1 ? w : mul(w, gain)
  const absolute = new Tensor((signed.data as Float64Array).map(Math.abs), w.shape, 'f64')
  const own = layer.bias ? parameters[`${layer.name}.bias`]!.data : undefined
  const each = size / layer.outputs
  const bias = Float64Array.from({ length: size }, (_, i) => own?.[Math.floor(i / each)] ?? 0)
  const pick = (weights: 'signed' | 'absolute'): Tensor => (weights === 'signed' ? signed : absolute)
  if (layer.kind === 'linear') {
    const apply = (x: Tensor, weights: 'signed' | 'absolute'): Tensor =>
      matmul(x, pick(weights), { transposeB: true })
    return { apply, bias, input, output, terms: layer.inputs, matrix: () => signed }
  }
  const { stride, padding } = layer
  const apply = (x: Tensor, weights: 'signed' | 'absolute'): Tensor =>
    conv2d(x, pick(weights), { stride, padding })
  const terms = layer.inputs * layer.size[0] * layer.size[1]
  return {
    apply,
    bias,
    input,
    output,
    terms,
    matrix: () => convolutionMatrix(layer, w, apply, input, output),
  }
}

/** Wx + b, or |W|x. */
export function pushed(
  { apply, bias, input }: Affine,
  x: Float64Array,
  weights: 'signed' | 'absolute',
): Float64Array {
  const y = apply(new Tensor(x, [1, ...input], 'f64'), weights).data
  return weights === 'signed' ? Float64Array.from(y, (v, i) => v + bias[i]!) : Float64Array.from(y)
}

/** Sizes of the terms of an output with those of the bias. */
export function addedSizes({ bias }: Affine, size: Float64Array): Float64Array {
  return size.map((s, i) => s + Math.abs(bias[i]!))
}

/** Λ W for rows Λ [R, outputs], by the layer's own transpose. */
export function pulledBack({ apply, input, output }: Affine, rows: Tensor): Tensor {
  return transposed(apply, input, output, rows)
}

function transposed(
  apply: Affine['apply'],
  input: readonly number[],
  output: readonly number[],
  rows: Tensor,
): Tensor {
  const R = rows.shape[0]!
  const zero = new Tensor(new Float64Array(R * input.reduce((p, n) => p * n, 1)), [R, ...input], 'f64')
  const { pullback } = vjp((x: Tensor) => apply(x, 'signed'), zero)
  const back = pullback(new Tensor(rows.data as Float64Array, [R, ...output], 'f64'))
  return new Tensor(back.data as Float64Array, [R, back.size / R], 'f64')
}

function writtenOut(apply: Affine['apply'], input: readonly number[], output: readonly number[]): Tensor {
  return transposed(
    apply,
    input,
    output,
    signedIdentity(
      output.reduce((p, n) => p * n, 1),
      1,
    ),
  )
}

const written = new WeakMap<
  Tensor,
  { readonly layer: Conv; readonly input: readonly number[]; readonly matrix: Tensor }
>()

/** Written out once for each set of weights: a search for a radius asks for it again and again. */
function convolutionMatrix(
  layer: Conv,
  weights: Tensor,
  apply: Affine['apply'],
  input: readonly number[],
  output: readonly number[],
): Tensor {
  const known = written.get(weights)
  if (known?.layer === layer && showShape(known.input) === showShape(input)) return known.matrix
  const matrix = writtenOut(apply, input, output)
  written.set(weights, { layer, input, matrix })
  return matrix
}

/** ±1 on the diagonal of an n×n matrix. */
export function signedIdentity(n: number, sign: 1 | -1): Tensor {
  const identity = new Float64Array(n * n)
  for (let i = 0; i < n; i++) identity[i * (n + 1)] = sign
  return new Tensor(identity, [n, n], 'f64')
}
