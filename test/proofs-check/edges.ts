import { pow } from '../../src/math/index.ts'
import { normal, stream, uniform } from '../../src/random/index.ts'
import type { Cell, Prediction } from '../../proofs-check/claim.ts'
import { decider } from '../../proofs-check/decide.ts'
import type { ErrorRate } from '../../proofs-check/error-rates.ts'
import type { Verdict } from '../../proofs-check/result.ts'

/** The level of every simulated prediction: large, so that errors are seen at all. */
export const alpha = 0.05

const common = { says: '', budget: 'quick', weight: 1, marginReason: '', of: (m: Values) => m.x! } as const
type Values = Readonly<Record<string, number>>

/** A prediction, and draws for it whose true value is its target plus `shift` margins; 1 is the edge. */
interface Situation {
  readonly prediction: Prediction
  readonly sizes: readonly number[]
  draw(u: number, z: number, shift: number, size: number): number
}

const one = { cells: ['1'], cap: 1500 } as const

/** Of every kind that judges a number, one prediction whose cap leaves its declared truth undecided hardly ever. */
export const situations: Readonly<Record<string, Situation>> = {
  probability: {
    prediction: { ...common, ...one, kind: 'probability', id: 'p', target: 0.6, margin: 0.1 },
    sizes: [1],
    draw: (u, _, shift) => (u < 0.6 + 0.1 * shift ? 1 : 0),
  },
  mean: {
    prediction: { ...common, ...one, kind: 'mean', id: 'm', target: 0.35, margin: 0.08, range: [0, 1] },
    sizes: [1],
    draw: (u, _, shift) => 2 * u * (0.35 + 0.08 * shift),
  },
  quantile: {
    prediction: { ...common, ...one, kind: 'quantile', id: 'q', level: 0.5, target: 0, margin: 0.3 },
    sizes: [1],
    draw: (_, z, shift) => z + 0.3 * shift,
  },
  law: {
    prediction: {
      ...{ ...common, ...one, kind: 'law', id: 'l', margin: 0.15 },
      against: { cdf: (x) => Math.min(1, Math.max(0, x)) },
    },
    sizes: [1],
    // A share of 0.15 sits at 0, the rest is uniform: the distance is that share.
    draw: (u, _, shift) => Math.max(0, u - 0.15 * shift),
  },
  slope: {
    prediction: {
      ...{ ...common, kind: 'slope', id: 's', level: 0.5, target: -0.5, margin: 0.1 },
      ...{ cells: ['16', '128', '1024'], cap: 6000 },
    },
    sizes: [16, 128, 1024],
    draw: (u, _, shift, size) => (1 + u) * pow(size, -0.5 + 0.1 * shift),
  },
}

/** The verdict of one simulated run: a look after every block of fifty trials, up to the cap. */
export function simulated(kind: string, shift: number, run: number): Verdict {
  const { prediction, sizes, draw } = situations[kind]!
  const block = 50
  const cells = sizes.map((size): Cell => ({ id: `${size}`, label: '', sizes: { n: size }, block }))
  const state = decider(prediction, cells, alpha)
  const rounds = Math.ceil(prediction.cap / (block * cells.length))
  const sources = cells.map(({ id }) => stream(1, kind, shift, run, id))
  for (let round = 0; round < rounds; round++) {
    cells.forEach(({ sizes: { n } }, index) => {
      const [u, z] = [uniform(sources[index]!, block), normal(sources[index]!, block)]
      const trials = Array.from({ length: block }, (_, i) => {
        const measurement = { x: draw(u[i]!, z[i]!, shift, n!) }
        return { origin: 'numbered', trial: round * block + i, measurement } as const
      })
      state.add(index, trials)
    })
    const { verdict } = state.look(round === rounds - 1)
    if (verdict !== 'undecided') return verdict
  }
  return 'undecided'
}

/** How often a kind errs at the edge of its margin and stays undecided at its target, in so many runs each. */
export function measured(kind: string, runs: number): ErrorRate {
  const count = (shift: number, wanted: Verdict): number =>
    Array.from({ length: runs }, (_, run) => simulated(kind, shift, run)).filter((got) => got === wanted)
      .length
  return {
    kind,
    runs,
    supportedOutside: count(1.0001, 'supported'),
    refutedInside: count(0.9999, 'refuted'),
    undecidedAtTarget: count(0, 'undecided'),
  }
}
