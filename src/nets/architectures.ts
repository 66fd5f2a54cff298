import type { ActivationName } from './activations.ts'
import { outputShape, type Architecture, type Conv, type Layer, type Linear } from './architecture.ts'

/**
 * How products are scaled and weights drawn, for width n and fan-in k; each keeps something fixed as the width grows.
 *
 * - `standard`: weights N(0, 1/k): activations and outputs at initialisation; features move ∝ √n at one rate of SGD.
 * - `ntk`: weights N(0, 1), products / √k: the same, and the neural tangent kernel (Jacot et al., arXiv:1806.07572);
 *   features move ∝ 1/√n.
 * - `mean-field`: as `ntk`, but the last products / k: how far features move, with learning rates ∝ n (Mei et al.,
 *   arXiv:1804.06561); outputs vanish at initialisation.
 * - `mup`: first layer weights N(0, 1/n), products · √(n/k); hidden N(0, 1/k); last N(0, 1/k), products / √k: how far
 *   every feature moves, at one learning rate of SGD (Yang & Hu, arXiv:2011.14522, table 1).
 */
export type ScalingName = 'standard' | 'ntk' | 'mean-field' | 'mup'

const scalingNames: readonly ScalingName[] = ['standard', 'ntk', 'mean-field', 'mup']

export interface MlpOptions {
  /** Shape of a sample, or its length. */
  readonly input: number | readonly number[]
  /** Widths of the hidden layers, any. */
  readonly widths: readonly number[]
  readonly outputs: number
  readonly activation?: ActivationName
  readonly bias?: boolean
  readonly scaling?: ScalingName
  readonly name?: string
}

/** Fully connected layers `fc1`, `fc2`, … with an activation between each two; samples that are images are flattened. */
export function mlp(options: MlpOptions): Architecture {
  const {
    input,
    widths,
    outputs,
    activation = 'relu',
    bias = true,
    scaling = 'standard',
    name = 'mlp',
  } = options
  if (!scalingNames.includes(scaling))
    throw new RangeError(`mlp: expected scaling ${scalingNames.join(', ')}, got ${JSON.stringify(scaling)}`)
  const shape = typeof input === 'number' ? [input] : input
  const sizes = [shape.reduce((size, n) => size * n, 1), ...widths, outputs]
  const layers: Layer[] = shape.length === 1 ? [] : [{ kind: 'flatten' }]
  sizes.slice(1).forEach((out, i) => {
    const inputs = sizes[i]!
    const place = i === sizes.length - 2 ? 'last' : i === 0 ? 'first' : 'hidden'
    if (i > 0) layers.push({ kind: 'activation', activation })
    layers.push(linear(`fc${i + 1}`, inputs, out, bias, scaled(scaling, place, inputs, out)))
  })
  return checked({ name, input: shape, layers })
}

/** Gain and variance of a layer; a network of one layer has a last one only. */
function scaled(
  scaling: ScalingName,
  place: 'first' | 'hidden' | 'last',
  k: number,
  n: number,
): { readonly gain?: number; readonly variance?: number } {
  if (scaling === 'standard') return {}
  if (scaling === 'ntk') return { gain: 1 / Math.sqrt(k), variance: 1 }
  if (scaling === 'mean-field') return { gain: place === 'last' ? 1 / k : 1 / Math.sqrt(k), variance: 1 }
  if (place === 'first') return { gain: Math.sqrt(n / k), variance: 1 / n }
  return place === 'last' ? { gain: 1 / Math.sqrt(k) } : {}
}

function linear(
  name: string,
  inputs: number,
  outputs: number,
  bias: boolean,
  scale: { readonly gain?: number; readonly variance?: number } = {},
): Linear {
  return { kind: 'linear', name, inputs, outputs, bias, ...scale }
}

function conv(
  name: string,
  inputs: number,
  outputs: number,
  size: number,
  padding: number,
  stride = 1,
): Conv {
  const square = (n: number): readonly [number, number] => [n, n]
  const shape = { size: square(size), stride: square(stride), padding: square(padding) }
  return { kind: 'conv', name, inputs, outputs, bias: true, ...shape }
}

export interface ImageOptions {
  /** [channels, height, width] */
  readonly input: readonly [number, number, number]
  readonly classes: number
  readonly activation?: ActivationName
}

const halved: Layer = { kind: 'maxPool', size: [2, 2], stride: [2, 2] }

/** The shape of LeNet-5 (LeCun et al. 1998), with max pooling: two convolutions 5×5 and three linear layers. */
export function lenet({ input, classes, activation = 'relu' }: ImageOptions): Architecture {
  const act: Layer = { kind: 'activation', activation }
  const front: Layer[] = [
    conv('conv1', input[0], 6, 5, 2),
    act,
    halved,
    conv('conv2', 6, 16, 5, 0),
    act,
    halved,
    { kind: 'flatten' },
  ]
  const [width] = outputShape({ name: 'lenet', input, layers: front }) as [number]
  const back: Layer[] = [linear('fc1', width, 120, true), act, linear('fc2', 120, 84, true), act]
  return checked({ name: 'lenet', input, layers: [...front, ...back, linear('fc3', 84, classes, true)] })
}

/**
 * A small network in the shape of VGG (Simonyan & Zisserman, arXiv:1409.1556): blocks of two convolutions 3×3 and a
 * pooling, channels doubling from `channels` (16), then two linear layers.
 */
export function vgg({
  input,
  classes,
  activation = 'relu',
  channels = 16,
  blocks = 2,
}: ImageOptions & { readonly channels?: number; readonly blocks?: number }): Architecture {
  const act: Layer = { kind: 'activation', activation }
  const front: Layer[] = []
  let inputs = input[0]
  for (let block = 0; block < blocks; block++) {
    let outputs = channels
    for (let k = 0; k < block; k++) outputs *= 2
    for (const second of [0, 1])
      front.push(conv(`conv${2 * block + second + 1}`, second ? outputs : inputs, outputs, 3, 1), act)
    front.push(halved)
    inputs = outputs
  }
  front.push({ kind: 'flatten' })
  const [width] = outputShape({ name: 'vgg', input, layers: front }) as [number]
  const back: Layer[] = [linear('fc1', width, 64, true), act, linear('fc2', 64, classes, true)]
  return checked({ name: 'vgg', input, layers: [...front, ...back] })
}

/**
 * A small residual network (He et al., arXiv:1512.03385) without normalisation: a convolution, `blocks` blocks of two
 * convolutions beside a shortcut, the channels' means, a linear layer.
 */
export function residualNetwork({
  input,
  classes,
  activation = 'relu',
  channels = 16,
  blocks = 2,
}: ImageOptions & { readonly channels?: number; readonly blocks?: number }): Architecture {
  const act: Layer = { kind: 'activation', activation }
  const layers: Layer[] = [conv('conv1', input[0], channels, 3, 1), act, halved]
  for (let block = 0; block < blocks; block++) {
    const [first, second] = [2 * block + 2, 2 * block + 3].map((i) =>
      conv(`conv${i}`, channels, channels, 3, 1),
    )
    layers.push({ kind: 'residual', layers: [first!, act, second!] }, act)
  }
  const [, height, width] = outputShape({ name: 'residual', input, layers }) as [number, number, number]
  layers.push(
    { kind: 'averagePool', size: [height, width], stride: [height, width] },
    { kind: 'flatten' },
    linear('fc1', channels, classes, true),
  )
  return checked({ name: 'residual', input, layers })
}

/** The architecture itself, after its shapes were found to fit. */
function checked(architecture: Architecture): Architecture {
  outputShape(architecture)
  return architecture
}
