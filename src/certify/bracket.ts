import { reshape } from '../ops/index.ts'
import type { Tensor } from '../array/index.ts'
import { attack, dualLength, strongest, type Norm } from '../attacks/index.ts'
import { networkModel, type TwoLayer } from '../nets/index.ts'
import { certifiedRadius } from './crown.ts'
import { exactRadius, mostUnits } from './exact.ts'
import { integratedRadius } from './integrated.ts'
import { centredRadius, globalRadius, localRadius } from './lipschitz.ts'
import { networkOf, outputsOf, type Network } from './network.ts'
import { pieces } from './slopes.ts'
import { twoLayerForm } from './two-layer-form.ts'

/**
 * - `exact`: both ends agree, or the distance was computed; both are Infinity where no point has another class;
 * - `bracketed`: the distance lies between two positive ends;
 * - `upper-only`: an adversarial point, but no certificate above 0;
 * - `unresolved`: the network's values or bounds are not numbers, or no adversarial point was found.
 */
export type BracketStatus = 'exact' | 'bracketed' | 'upper-only' | 'unresolved'

export interface Bracket {
  /** No adversarial point is nearer. */
  readonly lower: number
  /** The distance of a verified adversarial point, Infinity when none was found. */
  readonly upper: number
  /** upper/lower, 1 for two zeros. */
  readonly ratio: number
  /** What gave the ends, and every lower bound by name. */
  readonly methods: {
    readonly lower: string
    readonly upper: string
    readonly bounds: Readonly<Record<string, number>>
  }
  readonly status: BracketStatus
  readonly adversarial: Tensor | undefined
}

export interface BracketOptions {
  /** Default l2. */
  readonly norm?: Exclude<Norm, 'l0'>
  /** Class number, or ±1 for one output. Default the network's own class. */
  readonly label?: number
  readonly seed?: number
  /** All attacks of `strongest`, or FAB alone. Default strongest. */
  readonly attacks?: 'strongest' | 'fab'
  /** Whether tiny networks are solved exactly. Default true. */
  readonly exact?: boolean
}

/**
 * The distance of a point to the nearest of another class, from both sides: the nearest verified adversarial point of several
 * attacks above, the best of all certificates that apply below. A point that is already on the wrong side has distance 0.
 * Errors: RangeError or TypeError for networks, points and labels that do not fit; Error should a certificate exceed an
 * adversarial point by more than rounding, which is a defect of this library.
 */
export async function bracket(
  network: Network | TwoLayer,
  x: Tensor,
  options: BracketOptions = {},
): Promise<Bracket> {
  const { norm = 'l2', seed = 1, attacks = 'strongest', exact = true } = options
  const net = networkOf('bracket', network)
  const model = networkModel(net.architecture, net.parameters)
  const batch = reshape(x, [1, ...x.shape])
  const given = options.label === undefined ? undefined : [options.label]
  const [found] =
    attacks === 'fab'
      ? await attack('fab', model, batch, given, { norm, seed })
      : await strongest(model, batch, given, { norm, seed })
  const none = { lower: 'none', upper: 'none', bounds: {} }
  if (found!.status === 'unresolved')
    return {
      lower: 0,
      upper: Infinity,
      ratio: Infinity,
      methods: none,
      status: 'unresolved',
      adversarial: undefined,
    }
  if (found!.status === 'already')
    return {
      lower: 0,
      upper: 0,
      ratio: 1,
      methods: { ...none, upper: 'already' },
      status: 'exact',
      adversarial: x,
    }
  const label = options.label ?? ownLabel(outputsOf(net), model(x))
  const bounds = lowerBoundsOf(net, x, label, norm, exact)
  if (Object.values(bounds).some(Number.isNaN))
    return {
      lower: 0,
      upper: Infinity,
      ratio: Infinity,
      methods: { ...none, bounds },
      status: 'unresolved',
      adversarial: undefined,
    }
  const [name, lower] = Object.entries(bounds).reduce((a, b) => (b[1] > a[1] ? b : a), ['none', 0])
  const upper = found!.found ? found!.norm : Infinity
  const witness = 'witness' in found! ? String(found.witness) : 'fab'
  const methods = { lower: name, upper: found!.found ? witness : 'none', bounds }
  if (lower > upper * (1 + 1e-9))
    throw new Error(
      `bracket: expected certificates below adversarial points, got ${name} ${lower} above ${upper}`,
    )
  const adversarial = found!.found ? found!.adversarial : undefined
  const ends = { lower: Math.min(lower, upper), upper, methods, adversarial }
  // Where every point has the class of this one, no distance is large enough.
  if (ends.lower === Infinity) return { ...ends, ratio: 1, status: 'exact' }
  const ratio = ends.lower > 0 ? upper / ends.lower : Infinity
  if (upper === Infinity) return { ...ends, ratio, status: 'unresolved' }
  if (ends.lower === 0) return { ...ends, ratio, status: 'upper-only' }
  return { ...ends, ratio, status: ratio <= 1 + 1e-6 ? 'exact' : 'bracketed' }
}

function ownLabel(outputs: number, y: Tensor): number {
  if (outputs === 1) return Math.sign(y.item()) || 1
  const values = Array.from(y.data)
  return values.indexOf(values.reduce((m, v) => Math.max(m, v), -Infinity))
}

/** Every certificate that applies, by name. l2 radii serve l1 as they are, and linf over √d. */
function lowerBoundsOf(
  net: Network,
  x: Tensor,
  label: number,
  norm: Exclude<Norm, 'l0'>,
  exact: boolean,
): Record<string, number> {
  const bounds: Record<string, number> = {}
  const fromL2 = norm === 'linf' ? 1 / dualLength('l2', new Float64Array(x.size).fill(1)) : 1
  const isFullyConnected = net.architecture.layers.every(({ kind }) =>
    ['linear', 'activation', 'flatten'].includes(kind),
  )
  if (isFullyConnected) bounds['global'] = globalRadius(net, x, label) * fromL2
  const form = twoLayerForm('bracket', net, label)
  if (form) bounds['centred'] = centredRadius(net, x, label) * fromL2
  if (form && pieces[form.activation]) bounds['local'] = localRadius(net, x, label) * fromL2
  if (form) bounds['integrated'] = integratedRadius(net, x, label, norm)
  bounds['crown'] = certifiedRadius(net, x, label, { norm })
  if (exact && norm === 'l2' && form && pieces[form.activation] && form.width <= mostUnits)
    bounds['exact'] = exactRadius(net, x, label) * (1 - 1e-7)
  return bounds
}
