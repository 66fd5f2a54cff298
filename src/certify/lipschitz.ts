import { lengthOf, tensor, type Tensor } from '../array/index.ts'
import { normUpperBound } from '../linalg/index.ts'
import type { TwoLayer } from '../nets/index.ts'
import { marginRows, networkOf, outputsOf, type Network } from './network.ts'
import { lowerBounds } from './crown.ts'
import { slack } from './slack.ts'
import { pieces, slopeRange } from './slopes.ts'
import { affine, twoLayerForm, type TwoLayerForm } from './two-layer-form.ts'

/**
 * The l2 radius |m|/Π Lip of a fully connected network: the product of bounds of all layers' spectral norms and activations'
 * slopes (Szegedy et al., arXiv:1312.6199, section 4.3). No point nearer has another class. Errors: RangeError for layers that
 * are not fully connected.
 */
export function globalRadius(network: Network | TwoLayer, x: Tensor, label: number): number {
  const net = networkOf('globalRadius', network)
  const linear: Float64Array[] = []
  let lipschitz = 1
  let lastWidth = 1
  const { layers } = net.architecture
  layers.forEach((layer, i) => {
    if (layer.kind === 'activation') {
      const [least, most] = slopeRange('globalRadius', layer.activation)
      lipschitz *= Math.max(Math.abs(least), Math.abs(most))
    } else if (layer.kind === 'linear') {
      const [weights] = affine(net, layer)
      if (i < layers.length - 1) lipschitz *= normUpperBound(tensor(weights, [layer.outputs, layer.inputs]))
      else {
        linear.push(weights)
        lastWidth = layer.inputs
      }
    } else if (layer.kind !== 'flatten') {
      throw new RangeError(`globalRadius: expected fully connected layers, got ${layer.kind}`)
    }
  })
  const rows = marginRows('globalRadius', outputsOf(net), label)
  const values = certainMargins(net, x, rows)
  return Math.min(
    ...rows.map((row, k) => {
      const a = combined(row, linear[0] ?? new Float64Array(row.length), lastWidth)
      const total = lipschitz * lengthOf(a) * (1 + slack(lastWidth + row.length))
      return radiusOf(values[k]!, total)
    }),
  )
}

/** Σ_k row_k A_k, of an [outputs, width] matrix. */
function combined(row: Float64Array, A: Float64Array, width: number): Float64Array {
  const a = new Float64Array(width)
  row.forEach((weight, k) => {
    for (let j = 0; j < width; j++) a[j]! += weight * A[k * width + j]!
  })
  return a
}

/**
 * The l2 radius |m|/Lip of a two-layer network with Lip ≤ |c|‖Wᵀa‖ + h‖W‖‖a‖, c and h the centre and half of the range of
 * slopes: for relu (‖Wᵀa‖ + ‖W‖‖a‖)/2, never worse than the product. Errors: RangeError for other networks.
 */
export function centredRadius(network: Network | TwoLayer, x: Tensor, label: number): number {
  const { form, values } = prepared('centredRadius', network, x, label)
  const [least, most] = slopeRange('centredRadius', form.activation)
  const [centre, half] = [Math.abs(least + most) / 2, (most - least) / 2]
  const norm = half > 0 ? normUpperBound(tensor(form.W, [form.width, form.inputs])) : 0
  return Math.min(
    ...form.margins.map(({ a }, k) => {
      const lipschitz = centre * lengthOf(pulled(form, a, () => 1)) + half * norm * lengthOf(a)
      return radiusOf(values[k]!, lipschitz * (1 + slack(form.width + form.inputs)))
    }),
  )
}

/**
 * The l2 radius of a two-layer network of a piecewise linear activation, locally: within r only the units of U = {j : |z_j| ≤
 * r‖w_j‖} can change their slope, so that Lip(r) ≤ ‖W_SᵀDa_S + cW_Uᵀa_U‖ + h‖W_U‖‖a_U‖; the largest r with r Lip(r) ≤ |m|, by
 * bisection to a part in 2^`steps`. Errors: RangeError for other networks.
 */
export function localRadius(network: Network | TwoLayer, x: Tensor, label: number, steps = 10): number {
  const { form, values, z, room } = prepared('localRadius', network, x, label)
  const slopes = pieces[form.activation]
  if (!slopes)
    throw new RangeError(`localRadius: expected a piecewise linear activation, got ${form.activation}`)
  const [left, right] = slopes
  const [centre, half] = [(left + right) / 2, Math.abs(right - left) / 2]
  const lipschitz = (a: Float64Array, r: number): number => {
    const loose: number[] = []
    for (let j = 0; j < form.width; j++)
      if (!(Math.abs(z[j]!) - room.error[j]! > r * room.lengths[j]!)) loose.push(j)
    const isLoose = new Set(loose)
    const middle = pulled(form, a, (j) => (isLoose.has(j) ? centre : z[j]! > 0 ? right : left))
    const rows = new Float64Array(loose.length * form.inputs)
    loose.forEach((j, i) =>
      rows.set(form.W.subarray(j * form.inputs, (j + 1) * form.inputs), i * form.inputs),
    )
    const outer = loose.length > 0 ? normUpperBound(tensor(rows, [loose.length, form.inputs])) : 0
    const weights = lengthOf(Float64Array.from(loose, (j) => a[j]!))
    return (lengthOf(middle) + half * outer * weights) * (1 + slack(form.width + form.inputs))
  }
  return Math.min(
    ...form.margins.map(({ a }, k) => {
      const value = values[k]!
      if (!(value > 0)) return 0
      // With all slopes free it is the centred radius; with those at x, the linear model's distance.
      let low = 0
      let high = radiusOf(value, lengthOf(pulled(form, a, (j) => (z[j]! > 0 ? right : left))))
      if (high === Infinity) high = radiusOf(value, lipschitz(a, Infinity))
      if (high === Infinity) return Infinity
      for (let step = 0; step < steps; step++) {
        const middle = (low + high) / 2
        if (middle * lipschitz(a, middle) <= value) low = middle
        else high = middle
      }
      return low
    }),
  )
}

/** Margins less their rounding error, so that a positive one is certain: intervals of no width. NaN stays NaN. */
function certainMargins(net: Network, x: Tensor, rows: readonly Float64Array[]): Float64Array {
  return lowerBounds(net, Float64Array.from(x.data), rows, { norm: 'l2', radius: 0 }, 'intervals')
}

function radiusOf(margin: number, lipschitz: number): number {
  if (!(margin > 0)) return margin > 0 || margin <= 0 ? 0 : NaN
  return lipschitz > 0 ? (margin / lipschitz) * (1 - slack(4)) : Infinity
}

/** Wᵀ(a∘s) */
function pulled(
  { W, inputs, width }: TwoLayerForm,
  a: Float64Array,
  slope: (j: number) => number,
): Float64Array {
  const out = new Float64Array(inputs)
  for (let j = 0; j < width; j++) {
    const weight = a[j]! * slope(j)
    if (weight !== 0) for (let i = 0; i < inputs; i++) out[i]! += weight * W[j * inputs + i]!
  }
  return out
}

/** The form with its preactivations at x, their lengths of rows, rounding errors, and certain margins. */
function prepared(op: string, network: Network | TwoLayer, x: Tensor, label: number) {
  const net = networkOf(op, network)
  const form = twoLayerForm(op, net, label)
  if (!form) throw new RangeError(`${op}: expected one hidden layer, got ${net.architecture.name}`)
  const { inputs, width, W, b } = form
  const point = x.data
  const z = new Float64Array(width)
  const [lengths, error] = [new Float64Array(width), new Float64Array(width)]
  for (let j = 0; j < width; j++) {
    let [sum, size, square] = [b[j]!, Math.abs(b[j]!), 0]
    for (let i = 0; i < inputs; i++) {
      const w = W[j * inputs + i]!
      sum += w * point[i]!
      size += Math.abs(w * point[i]!)
      square += w * w
    }
    z[j] = sum
    lengths[j] = Math.sqrt(square) * (1 + slack(inputs))
    error[j] = slack(inputs) * size
  }
  const values = certainMargins(net, x, marginRows(op, outputsOf(net), label))
  return { form, values, z, room: { lengths, error } }
}
