import type { Tensor } from '../array/index.ts'
import { dualLength, lengthIn, tapeOracle, type Norm } from '../attacks/index.ts'
import { log, pow } from '../math/index.ts'
import type { Model } from '../nets/index.ts'
import { normal, stream, uniform, type Stream } from '../random/index.ts'

/** An estimate of a radius: it may lie above the true one, and often does. */
export interface Clever {
  readonly about: 'an estimate, not a bound'
  /** min over rivals of margin/Lipschitz estimate, at most the radius that was sampled. */
  readonly radius: number
  /** Estimated Lipschitz constants of the margins, one for each rival. */
  readonly lipschitz: readonly number[]
}

export interface CleverOptions {
  /** Default l2. */
  readonly norm?: Exclude<Norm, 'l0'>
  /** Radius of the ball that gradients are sampled from. */
  readonly within: number
  /** Default 50 batches of 64 samples. */
  readonly batches?: number
  readonly samples?: number
  readonly seed?: number
}

/**
 * The score of Weng et al. (CLEVER, arXiv:1801.10578): the largest gradient of a margin in each of several
 * batches of points of a ball is taken for a draw of a reverse Weibull law, whose location, by maximum
 * likelihood, stands for the Lipschitz constant. Not a bound (Goodfellow, arXiv:1804.07870): gradients where
 * no sample fell are not seen. Samples are uniform in linf balls; in l1 and l2 they have a uniform direction
 * and the radius law of a uniform point. `label` is a class, or ±1 for a margin. Errors: RangeError for
 * options out of range.
 */
export function clever(model: Model, x: Tensor, label: number, options: CleverOptions): Clever {
  const { norm = 'l2', within, batches = 50, samples = 64, seed = 1 } = options
  const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 1
  if (!(within > 0 && within < Infinity) || !isCount(batches) || !isCount(samples))
    throw new RangeError(
      `clever: expected a positive radius and positive counts, got ${within}, ${batches}, ${samples}`,
    )
  const oracle = tapeOracle(model, x.shape)
  const point = Float64Array.from(x.data)
  const value = oracle.value(point)
  const K = value.length
  const rivals = K === 1 ? [0] : Array.from({ length: K }, (_, k) => k).filter((k) => k !== label)
  const weights = (k: number): Float64Array =>
    Float64Array.from({ length: K }, (_, i) => (K === 1 ? label : i === label ? 1 : i === k ? -1 : 0))
  const source = stream(seed, 'clever')
  const lipschitz = rivals.map((k) => {
    const row = weights(k)
    const maxima = Array.from({ length: batches }, (_, batch) => {
      let most = 0
      for (let i = 0; i < samples; i++) {
        const at = inBall(norm, point, within, source.child(batch, i))
        most = Math.max(most, dualLength(norm, oracle.gradient(at, () => row).gradient))
      }
      return most
    })
    return weibullLocation(maxima)
  })
  const radius = rivals.reduce((least, k, i) => {
    const margin = weights(k).reduce((sum, w, j) => sum + w * value[j]!, 0)
    return margin > 0 ? Math.min(least, lipschitz[i]! > 0 ? margin / lipschitz[i]! : within) : 0
  }, within)
  return { about: 'an estimate, not a bound', radius, lipschitz }
}

function inBall(norm: Exclude<Norm, 'l0'>, x: Float64Array, radius: number, own: Stream): Float64Array {
  if (norm === 'linf') {
    const u = uniform(own, x.length)
    return x.map((v, i) => v + radius * (2 * u[i]! - 1))
  }
  const v = normal(own.child('direction'), x.length)
  const scale = (radius * pow(uniform(own.child('length'), 1)[0]!, 1 / x.length)) / lengthIn(norm, v)
  return x.map((c, i) => c + scale * v[i]!)
}

/** Steps of the location above the largest maximum, as multiples of the maxima's spread. */
const STEPS = 40

/**
 * The location of a reverse Weibull law by maximum likelihood over a grid of locations; the largest maximum
 * itself where all agree.
 */
function weibullLocation(maxima: readonly number[]): number {
  const most = Math.max(...maxima)
  const spread = most - Math.min(...maxima)
  if (!(spread > 0)) return most
  let [best, location] = [-Infinity, most]
  let step = spread / 1024
  for (let k = 0; k < STEPS; k++, step *= 1.25) {
    const likelihood = profile(maxima.map((v) => most + step - v))
    if (likelihood > best) [best, location] = [likelihood, most + step]
  }
  return location
}

/** The largest log likelihood per number of a Weibull law, over shape and scale. */
function profile(y: readonly number[]): number {
  const n = y.length
  const logs = y.map((v) => log(v))
  const mean = logs.reduce((sum, v) => sum + v, 0) / n
  const sums = (shape: number): readonly [number, number] => {
    let [s, t] = [0, 0]
    y.forEach((v, i) => {
      const power = pow(v, shape)
      s += power
      t += power * logs[i]!
    })
    return [s, t]
  }
  // The likelihood's derivative in the shape falls: 1/shape + mean - Σ yˢ log y/Σ yˢ.
  let [low, high] = [0.05, 50]
  for (let k = 0; k < 40; k++) {
    const shape = Math.sqrt(low * high)
    const [s, t] = sums(shape)
    if (1 / shape + mean - t / s > 0) low = shape
    else high = shape
  }
  const shape = Math.sqrt(low * high)
  const scale = sums(shape)[0] / n
  return log(shape) - log(scale) + (shape - 1) * mean - 1
}
