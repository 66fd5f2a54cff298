import { dot, roundoff, tensor } from '../src/array/index.ts'
import { eigh, lstsq } from '../src/linalg/index.ts'
import { rademacher, sphere, type Stream } from '../src/random/index.ts'
import { schurComplement } from '../src/spectra/index.ts'
import type { Cell, Claim, EveryPrediction } from './claim.ts'
import { cloudFigure } from './figures.ts'
import { gram, randomFeatures, rowsOf, spherePoints } from './random-features.ts'

/*
 * What one more point costs an interpolating network.
 *
 * El Harzli & Cuenca Grau, "Adversarial attacks as near-zero eigenvalues in the empirical kernel of neural
 * networks" (2024, 2025), look at the kernel of last-hidden-layer features and at its eigenvalues near zero
 * when an adversarial point is added to the sample. What is judged is the exact algebra of adding any point,
 * derived here.
 *
 *     φ(x)     features, in ℝᴺ                      K, K′    Gram matrices ΦΦᵀ before and after
 *     w, w′    shortest weights that interpolate    k, κ     ⟨φ(x_i), φ(x′)⟩ and ‖φ(x′)‖²
 *     r        y′ - ⟨w, φ(x′)⟩                      s        κ - kᵀK⁻¹k, squared distance of φ(x′) from the others' span
 *
 *     ‖w′‖² - ‖w‖² = r²/s,        λ_i(K′) ≤ λ_i(K) ≤ λ_{i+1}(K′) ascending,        λ_1(K′) ≤ s.
 *
 * The first is the elimination of the last row, the second is Cauchy's interlacing. So the smallest
 * eigenvalue falls with every point that is added, adversarial or not: only r²/s knows the label.
 *
 * w and w′ come from an orthogonal decomposition of Φ, s and r from K: a run compares two independent
 * computations, and corrupted formulas must be seen.
 */

interface SchurCell extends Cell {
  readonly points: number
  /** The new point: independent of the sample, or at this distance from its first point. */
  readonly distance: number | 'independent'
  /** What r² is divided by: s, or the corrupted κ. */
  readonly divisor: 'schur' | 'kernel'
  /** The point is added to the sample, or takes the place of its first point. */
  readonly change: 'add' | 'replace'
}

type SchurMeasurement = Readonly<
  Record<'identity' | 'interlacing' | 'growth' | 'schur' | 'smallest' | 'condition', number>
>

const inputs = 10

function cell(points: number, distance: SchurCell['distance'], block: number): SchurCell {
  const near = distance !== 'independent'
  return {
    id: near ? `near/${points}` : `n=${points}`,
    label: near
      ? `${points} points, the new one at distance ${distance} from one of them`
      : `${points} points`,
    sizes: { n: points, N: 4 * points, d: inputs },
    ...{ block, points, distance, divisor: 'schur', change: 'add' },
  }
}

/** Ascending eigenvalues. */
function spectrum(features: ReturnType<typeof tensor>): ArrayLike<number> {
  return eigh(gram(features), { vectors: false }).values.data
}

function squaredLength(x: ArrayLike<number>): number {
  return dot(Float64Array.from(x), Float64Array.from(x))
}

function experiment(cell: SchurCell, source: Stream): SchurMeasurement {
  const { points: n, distance, divisor, change } = cell
  const sample = spherePoints(source.child('points'), n, inputs)
  const direction = sphere(
    source.child('new point'),
    inputs,
    distance === 'independent' ? Math.sqrt(inputs) : distance,
  )
  const added = distance === 'independent' ? direction : direction.map((v, i) => v + sample[0]![i]!)
  const all = randomFeatures(source.child('weights'), inputs, 4 * n).of([...sample, added])
  const labels = rademacher(source.child('labels'), n + 1)
  const before = rowsOf(all, 0, n)
  const w = lstsq(before, tensor(labels.slice(0, n))).x.data
  const after = lstsq(all, tensor(labels)).x.data
  const phi = rowsOf(all, n, n + 1)
  const k = tensor(Float64Array.from({ length: n }, (_, i) => product(rowsOf(all, i, i + 1).data, phi.data)))
  const kappa = squaredLength(phi.data)
  const s = schurComplement(gram(before), k, kappa)
  const r = labels[n]! - product(w, phi.data)
  const growth = (r * r) / (divisor === 'schur' ? s : kappa)
  const [old, fresh] = [spectrum(before), spectrum(all)]
  const condition = fresh[n]! / fresh[0]!
  const unit = n * roundoff('f64')
  return {
    ...{ growth, schur: s, smallest: fresh[0]!, condition },
    identity:
      Math.abs(squaredLength(after) - squaredLength(w) - growth) / (unit * condition * squaredLength(after)),
    interlacing:
      excess(old, change === 'add' ? fresh : spectrum(rowsOf(all, 1, n + 1)), s) / (unit * fresh[n]!),
  }
}

function product(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return dot(Float64Array.from(x), Float64Array.from(y))
}

/** By how much λ_i(K′) ≤ λ_i(K) ≤ λ_{i+1}(K′) and λ_1(K′) ≤ s fail at most. */
export function excess(old: ArrayLike<number>, fresh: ArrayLike<number>, s: number): number {
  let most = fresh[0]! - s
  for (let i = 0; i < old.length; i++) {
    most = Math.max(most, fresh[i]! - old[i]!)
    if (i + 1 < fresh.length) most = Math.max(most, old[i]! - fresh[i + 1]!)
  }
  return most
}

type Every = EveryPrediction<SchurCell, SchurMeasurement>
const quickCells: Every['cells'] = ['n=10', 'near/10', 'n=40']

function everywhere(
  id: string,
  budget: 'quick' | 'standard',
  cells: Every['cells'],
  weight: number,
  cap: number,
) {
  return { kind: 'every' as const, id, budget, cells, weight, cap }
}

const identity = {
  says: '‖w′‖² - ‖w‖² = r²/s',
  needs: ['formula', 'independent'],
  margin: 10,
  marginReason:
    'in units of n·u·cond(K′)·‖w′‖², u = 2^(-53): errors of s and r, relative to their own size, are of 2n·u·cond(K′) each by backward stability; a factor is left for constants',
  of: ({ identity }: SchurMeasurement) => identity,
}
const interlacing = {
  says: 'every eigenvalue falls, none below the next old one, and the smallest is at most s',
  needs: ['added', 'independent'],
  margin: 20,
  marginReason:
    'in units of n·u·‖K′‖: eigenvalues err by a modest multiple of it, and s by as much over cond(K)',
  of: ({ interlacing }: SchurMeasurement) => interlacing,
}

export const schurIdentity: Claim<SchurCell, SchurMeasurement> = {
  id: 'schur-identity',
  title:
    'One more point lengthens the interpolating weights by r²/s and lowers every eigenvalue, whatever its label',
  source: {
    kind: 'derived',
    where:
      'the exact part of El Harzli & Cuenca Grau, Adversarial attacks as near-zero eigenvalues: block elimination, Cauchy',
    url: 'https://openreview.net/forum?id=r5d8zkYizS',
  },
  statement: {
    text: 'Adding a point x′ with label y′ to an interpolated sample lengthens the shortest interpolating weights by ‖w′‖² - ‖w‖² = r²/s, r the residual at x′ and s the Schur complement of the Gram matrix; the eigenvalues of the enlarged Gram matrix interlace the old ones, and the smallest is at most s.',
    formula: '‖w′‖² - ‖w‖² = (y′ - wᵀφ(x′))² / (κ - kᵀK⁻¹k)',
  },
  symbols: {
    'φ(x)': 'features: √(2/N) relu(Wx)',
    'r²/s': 'growth',
    s: 'schur',
    'λ_1(K′)': 'smallest',
    n: 'points',
  },
  shows: {
    can: 'that both hold to rounding for random ReLU features, for new points near and far, on every instance tried',
    cannot: 'that adversarial points have large r²/s or small s: that is for other claims',
  },
  weight: 1 / 64,
  expected: 'supported',
  hypotheses: [
    { id: 'formula', says: 'r² is divided by s', holds: ({ divisor }) => divisor === 'schur' },
    { id: 'added', says: 'the point is added, none is taken away', holds: ({ change }) => change === 'add' },
    {
      id: 'independent',
      says: 'features independent beyond rounding: cond(K′) < 10¹²',
      holds: (_, { condition }) => condition > 0 && condition < 1e12,
    },
  ],
  cells: [
    cell(10, 'independent', 50),
    cell(10, 0.01, 50),
    cell(40, 'independent', 20),
    cell(120, 'independent', 10),
  ],
  experiment,
  instance: (size) => cell(Math.max(2, size), 'independent', 1),
  predictions: [
    { ...everywhere('identity', 'quick', quickCells, 0.3, 480), ...identity },
    { ...everywhere('interlacing', 'quick', quickCells, 0.3, 480), ...interlacing },
    { ...everywhere('identity-large', 'standard', ['n=120'], 0.1, 200), ...identity },
    { ...everywhere('interlacing-large', 'standard', ['n=120'], 0.1, 200), ...interlacing },
  ],
  controls: [
    {
      ...{ id: 'kernel-divisor', breaks: 'formula', predicts: 'identity', value: 1e9, weight: 0.1, cap: 240 },
      says: 'r² over κ in place of s',
      alter: (cell) => ({ ...cell, divisor: 'kernel' }),
    },
    {
      ...{ id: 'replaced', breaks: 'added', predicts: 'interlacing', value: 1e9, weight: 0.1, cap: 240 },
      says: 'the new point takes the place of an old one',
      alter: (cell) => ({ ...cell, change: 'replace' }),
    },
  ],
  figures: (result) => [
    cloudFigure(result, {
      id: 'schur-growth',
      title: 'What one more point adds to ‖w‖²',
      caption: 'r²/s with fair coins as labels. Every dot is one sample with one more point.',
      ...{ of: 'growth', label: 'r²/s', size: 'n', scales: ['log', 'log'], predictions: [] },
    }),
  ],
}
