import { Tensor } from '../array/index.ts'
import type { Norm } from '../attacks/index.ts'
import { dualLength } from '../attacks/index.ts'
import type { TwoLayer } from '../nets/index.ts'
import { addedSizes, pulledBack, pushed, signedIdentity } from './affine.ts'
import { graphOf, type Node } from './graph.ts'
import { sizes, type Bounds } from './intervals.ts'
import { marginRows, networkOf, outputsOf, type Network } from './network.ts'
import { relaxed } from './relaxations.ts'
import { slack } from './slack.ts'

/** Where x′ may be: ‖x′ - x‖ ≤ radius in a norm, and in a box if there is one. */
export interface Ball {
  readonly norm: Exclude<Norm, 'l0'>
  readonly radius: number
  readonly low?: number
  readonly high?: number
}

/** Rows Λ with Λ h + constant ≤ the rows wanted, h a node's output; `error` bounds what rounding did so far. */
interface Lower {
  readonly rows: Tensor
  readonly constant: Float64Array
  readonly error: Float64Array
}

/** Inner bounds by CROWN are computed for layers with at most this many weights of a dense matrix to the input. */
const mostWeights = 262144

/**
 * Bounds of rows·f(x′) over a ball, rows [R, outputs]: intervals (Gowal et al., arXiv:1810.12715) or CROWN (Zhang et al.,
 * arXiv:1811.00866), whose lines are pulled back to the input, with inner bounds by CROWN too and intersected with
 * intervals. Never below what intervals alone give. Sound against rounding: every product is allowed Higham's γ of its terms.
 */
export function lowerBounds(
  network: Network,
  x: Float64Array,
  rows: readonly Float64Array[],
  ball: Ball,
  method: 'intervals' | 'crown',
): Float64Array {
  const input = inputBounds(x, ball)
  const graph = graphOf(network, input, (node) => (method === 'crown' ? sharper(node, x, ball) : node.bounds))
  const plain = Float64Array.from(rows, (row) => rowOverBounds(row, graph.bounds))
  if (method === 'intervals') return plain
  const wanted = new Tensor(
    Float64Array.from(rows.flatMap((row) => Array.from(row))),
    [rows.length, rows[0]!.length],
    'f64',
  )
  const pulled = concrete(back(graph, start(wanted)), x, ball)
  return pulled.map((bound, i) => better(bound, plain[i]!))
}

/** The larger of two lower bounds; NaN of either stays. */
function better(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b)
}

function inputBounds(x: Float64Array, { radius, low = -Infinity, high = Infinity }: Ball): Bounds {
  const room = (v: number): number => slack(1) * Math.abs(v)
  return {
    lower: x.map((v) => Math.max(low, v - radius - room(v))),
    upper: x.map((v) => Math.min(high, v + radius + room(v))),
  }
}

/** Σ row·bounds, each term at its worse end. */
function rowOverBounds(row: Float64Array, { lower, upper }: Bounds): number {
  let [sum, size] = [0, 0]
  row.forEach((weight, k) => {
    const term = weight * (weight >= 0 ? lower[k]! : upper[k]!)
    sum += weight === 0 ? 0 : term
    size += weight === 0 ? 0 : Math.abs(term)
  })
  return sum - slack(row.length) * size
}

/** A node's bounds by CROWN, intersected with its own. */
function sharper(node: Node, x: Float64Array, ball: Ball): Bounds {
  const n = node.bounds.lower.length
  if (node.kind === 'input' || n * x.length > mostWeights) return node.bounds
  const signed = (sign: 1 | -1): Float64Array => {
    // Nothing lies between the first layer and the input: its own rows, computed once, are what is wanted.
    if (node.kind === 'affine' && node.before.kind === 'input') return concrete(ownRows(node, sign), x, ball)
    return concrete(back(node, start(signedIdentity(n, sign))), x, ball)
  }
  const [below, above] = [signed(1), signed(-1)]
  return {
    lower: node.bounds.lower.map((v, i) => better(below[i]!, v)),
    upper: node.bounds.upper.map((v, i) => -better(above[i]!, -v)),
  }
}

/** What `back` makes of ±1 times the output of a layer right after the input. */
function ownRows({ layer, before }: Extract<Node, { kind: 'affine' }>, sign: 1 | -1): Lower {
  const size = addedSizes(layer, pushed(layer, sizes(before.bounds), 'absolute'))
  const matrix = layer.matrix()
  const data = matrix.data as Float64Array
  return {
    rows:
      sign === 1
        ? matrix
        : new Tensor(
            data.map((v) => -v),
            matrix.shape,
            'f64',
          ),
    constant: layer.bias.map((v) => sign * v),
    error: size.map((s) => slack(layer.terms) * s),
  }
}

function start(rows: Tensor): Lower {
  const R = rows.shape[0]!
  return { rows, constant: new Float64Array(R), error: new Float64Array(R) }
}

/** Pulls rows back to the network's input. */
function back(node: Node, lower: Lower): Lower {
  switch (node.kind) {
    case 'input':
      return lower
    case 'affine':
      return back(node.before, throughAffine(node, lower))
    case 'activation':
      return back(node.before, throughActivation(node, lower))
    case 'maxPool':
      return back(node.before, throughMaxPool(node, lower))
    case 'sum': {
      const [a, b] = node.branches.map((branch, i) =>
        back(branch, i === 0 ? lower : { ...start(lower.rows), rows: lower.rows }),
      ) as [Lower, Lower]
      const rows = Float64Array.from(a.rows.data, (v, i) => v + b.rows.data[i]!)
      return {
        rows: new Tensor(rows, a.rows.shape, 'f64'),
        constant: a.constant.map((v, i) => v + b.constant[i]!),
        error: a.error.map((v, i) => v + b.error[i]!),
      }
    }
  }
}

function throughAffine(
  { layer, before }: Extract<Node, { kind: 'affine' }>,
  { rows, constant, error }: Lower,
): Lower {
  const R = rows.shape[0]!
  const n = rows.size / R
  const terms = addedSizes(layer, pushed(layer, sizes(before.bounds), 'absolute'))
  const [nextConstant, nextError] = [constant.slice(), error.slice()]
  for (let r = 0; r < R; r++) {
    let [shift, size] = [0, 0]
    for (let k = 0; k < n; k++) {
      const weight = rows.data[r * n + k]!
      shift += weight * layer.bias[k]!
      size += Math.abs(weight) * terms[k]!
    }
    nextConstant[r]! += shift
    nextError[r]! += slack(n + layer.terms) * (size + Math.abs(nextConstant[r]!))
  }
  return { rows: pulledBack(layer, rows), constant: nextConstant, error: nextError }
}

function throughActivation(
  { name, before }: Extract<Node, { kind: 'activation' }>,
  { rows, constant, error }: Lower,
): Lower {
  const { below, above } = relaxed(name, before.bounds)
  const reach = sizes(before.bounds)
  const R = rows.shape[0]!
  const n = rows.size / R
  const next = new Float64Array(R * n)
  const [nextConstant, nextError] = [constant.slice(), error.slice()]
  for (let r = 0; r < R; r++) {
    let [shift, size] = [0, 0]
    for (let k = 0; k < n; k++) {
      const weight = rows.data[r * n + k]!
      if (weight === 0) continue
      const line = weight > 0 ? below : above
      next[r * n + k] = weight * line.slope[k]!
      shift += weight * line.offset[k]!
      size += Math.abs(weight) * (Math.abs(line.offset[k]!) + Math.abs(line.slope[k]!) * reach[k]!)
    }
    nextConstant[r]! += shift
    nextError[r]! += slack(n) * (size + Math.abs(nextConstant[r]!))
  }
  return { rows: new Tensor(next, [R, n], 'f64'), constant: nextConstant, error: nextError }
}

/** Below a maximum lies each of its arguments, the one with the largest lower bound best; above it the largest upper bound. */
function throughMaxPool(
  { windows, before }: Extract<Node, { kind: 'maxPool' }>,
  { rows, constant, error }: Lower,
): Lower {
  const { lower, upper } = before.bounds
  const R = rows.shape[0]!
  const [n, m] = [lower.length, windows.length]
  const chosen = windows.map((window) => window.reduce((a, b) => (lower[b]! > lower[a]! ? b : a)))
  const rival = windows.map((window, o) =>
    window.reduce((most, i) => (i === chosen[o] ? most : Math.max(most, upper[i]!)), -Infinity),
  )
  const next = new Float64Array(R * n)
  const [nextConstant, nextError] = [constant.slice(), error.slice()]
  for (let r = 0; r < R; r++) {
    let size = 0
    for (let o = 0; o < m; o++) {
      const weight = rows.data[r * m + o]!
      const i = chosen[o]!
      if (weight >= 0 || rival[o]! <= lower[i]!) {
        next[r * n + i]! += weight
        size += Math.abs(weight) * Math.max(Math.abs(lower[i]!), Math.abs(upper[i]!))
      } else {
        const most = Math.max(rival[o]!, upper[i]!)
        nextConstant[r]! += weight * most
        size += Math.abs(weight * most)
      }
    }
    nextError[r]! += slack(m) * (size + Math.abs(nextConstant[r]!))
  }
  return { rows: new Tensor(next, [R, n], 'f64'), constant: nextConstant, error: nextError }
}

/** The least of Λx′ + constant over the ball, less all errors. */
function concrete({ rows, constant, error }: Lower, x: Float64Array, ball: Ball): Float64Array {
  const d = x.length
  const { lower, upper } = inputBounds(x, ball)
  const boxed = ball.norm === 'linf'
  return constant.map((shift, r) => {
    const row = (rows.data as Float64Array).subarray(r * d, (r + 1) * d)
    let [sum, size] = [shift, Math.abs(shift)]
    for (let i = 0; i < d; i++) {
      const term = row[i]! * (boxed ? (row[i]! >= 0 ? lower[i]! : upper[i]!) : x[i]!)
      // A weight of zero is no product with an infinite end.
      if (row[i] === 0) continue
      sum += term
      size += Math.abs(term)
    }
    const reach = boxed ? 0 : ball.radius * dualLength(ball.norm, row) * (1 + slack(d))
    return sum - reach - slack(d) * (size + reach) - error[r]! * (1 + slack(4))
  })
}

/**
 * The largest certified radius of x with this label, by bisection to a part in 2^`steps` of the bracket that doubling finds:
 * for every smaller perturbation the class stays. 0 for a point that is not classified as its label with certainty; NaN where
 * bounds are not numbers. `label` is a class number, or ±1 for one output.
 */
export function certifiedRadius(
  network: Network | TwoLayer,
  x: Tensor,
  label: number,
  options: { readonly method?: 'intervals' | 'crown'; readonly steps?: number } & Partial<
    Omit<Ball, 'radius'>
  > = {},
): number {
  const { method = 'crown', steps = 12, norm = 'l2', ...box } = options
  const net = networkOf('certifiedRadius', network)
  const rows = marginRows('certifiedRadius', outputsOf(net), label)
  const point = Float64Array.from(x.data)
  const least = (radius: number): number => {
    const bounds = lowerBounds(net, point, rows, { norm, radius, ...box }, method)
    return bounds.reduce((m, v) => (Number.isNaN(v) || Number.isNaN(m) ? NaN : Math.min(m, v)), Infinity)
  }
  const margin = least(0)
  if (Number.isNaN(margin)) return NaN
  if (!(margin > 0)) return 0
  // A first guess from the problem's own scale: where the linear decrease of the bound would reach 0.
  const length = dualLength(norm === 'l1' ? 'linf' : norm === 'linf' ? 'l1' : 'l2', point)
  const probe = (length > 0 ? length : 1) * 1e-6
  const slope = (margin - least(probe)) / probe
  if (Number.isNaN(slope)) return NaN
  let low = 0
  let high = slope > 0 ? margin / slope : probe
  for (let k = 0; k < 60 && least(high) > 0; k++) {
    low = high
    high *= 2
    if (k === 59) return low
  }
  for (let step = 0; step < steps; step++) {
    const middle = (low + high) / 2
    if (least(middle) > 0) low = middle
    else high = middle
  }
  return low
}
