import type { Tensor } from '../array/index.ts'
import { normalQuantile } from '../math/index.ts'
import type { Model } from '../nets/index.ts'
import { normal, stream } from '../random/index.ts'
import { clopperPearson } from '../stats/index.ts'
import { tapeOracle } from '../attacks/index.ts'

/** A statement about the smoothed classifier g(x) = argmax_c P(f(x + σN) = c), not about f. */
export interface Smoothed {
  readonly about: 'the smoothed classifier'
  /** The class of g, or undefined where no class has probability above 1/2 at this level. */
  readonly label: number | undefined
  /** l2 radius within which g is constant, with probability at least 1 - alpha over the samples. */
  readonly radius: number
  /** A lower confidence bound for the class's probability. */
  readonly probability: number
}

export interface SmoothingOptions {
  readonly sigma: number
  /** Samples that estimate; a tenth as many choose the class. Default 1000. */
  readonly samples?: number
  /** Default 0.001. */
  readonly alpha?: number
  readonly seed?: number
}

/**
 * Randomised smoothing (Cohen, Rosenfeld & Kolter, arXiv:1902.02918, algorithm CERTIFY): radius σΦ⁻¹(p) with p a Clopper-Pearson
 * bound at level alpha. Samples where f is not a number count against every class. Errors: RangeError for sigma, samples or alpha out
 * of range.
 */
export function smoothed(model: Model, x: Tensor, options: SmoothingOptions): Smoothed {
  const { sigma, samples = 1000, alpha = 0.001, seed = 1 } = options
  if (
    !(sigma > 0 && sigma < Infinity) ||
    !(alpha > 0 && alpha < 1) ||
    !Number.isSafeInteger(samples) ||
    samples < 10
  )
    throw new RangeError(
      `smoothed: expected sigma > 0, alpha in (0, 1) and at least 10 samples, got ${sigma}, ${alpha}, ${samples}`,
    )
  const oracle = tapeOracle(model, x.shape)
  const source = stream(seed, 'smoothing')
  const count = (name: string, n: number): Map<number, number> => {
    const counts = new Map<number, number>()
    for (let i = 0; i < n; i++) {
      const z = normal(source.child(name, i), x.size)
      const y = oracle.value(z.map((v, j) => x.data[j]! + sigma * v))
      if (!y.every(Number.isFinite)) continue
      const label =
        y.length === 1 ? Math.sign(y[0]!) : y.indexOf(y.reduce((m, v) => Math.max(m, v), -Infinity))
      counts.set(label, (counts.get(label) ?? 0) + 1)
    }
    return counts
  }
  const first = [...count('choice', Math.floor(samples / 10))].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]
  const label = first?.[0]
  const hits = label === undefined ? 0 : (count('estimate', samples).get(label) ?? 0)
  // One-sided at alpha: the lower end of a two-sided interval at 2 alpha.
  const probability = clopperPearson(hits, samples, 2 * alpha).lower
  const about = 'the smoothed classifier'
  if (!(probability > 0.5)) return { about, label: undefined, radius: 0, probability }
  return { about, label, radius: sigma * normalQuantile(probability), probability }
}
