import { stream } from '../src/random/index.ts'
import type { Claim } from './claim.ts'
import type { ShrunkTrial } from './result.ts'
import { named } from './trial.ts'

export interface ShrinkOptions {
  /** Id of a control, or null for the claim itself. */
  readonly variant?: string | null
  readonly seed: number
  /** Largest size tried. Default 64. */
  readonly size?: number
  /** Instances tried. Default 200. */
  readonly runs?: number
}

/**
 * Searches for the smallest counterexample to a statement about every instance, with fast-check (an optional
 * peer). What it finds was searched for: an illustration, whose type no decision accepts. Undefined when no
 * instance fails. Errors: RangeError for a prediction of another kind or a claim without instances, Error
 * when fast-check is missing.
 */
export async function shrink(
  claim: Claim,
  predictionId: string,
  { variant = null, seed, size = 64, runs = 200 }: ShrinkOptions,
): Promise<ShrunkTrial | undefined> {
  const prediction = named(claim.predictions, predictionId, `prediction of ${claim.id}`)
  const { instance } = claim
  if (prediction.kind !== 'every' || instance === undefined)
    throw new RangeError(
      `shrink: expected a statement about every instance, got ${claim.id} / ${predictionId}`,
    )
  const control = variant === null ? undefined : named(claim.controls, variant, `control of ${claim.id}`)
  const measure = async (n: number, draw: number) => {
    const cell = control ? control.alter(instance(n)) : instance(n)
    return { cell, measurement: await claim.experiment(cell, stream(seed, claim.id, 'shrink', n, draw)) }
  }
  const fc = await import('fast-check').catch(() => {
    throw new Error('shrink: expected fast-check, an optional peer, got none\nhint: npm install fast-check')
  })
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: size }),
    fc.nat({ max: 999 }),
    async (n, draw) => {
      const { cell, measurement } = await measure(n, draw)
      const outside = claim.hypotheses.some(
        ({ id, holds }) => id !== control?.breaks && !holds(cell, measurement),
      )
      return outside || prediction.of(measurement, cell) <= prediction.margin
    },
  )
  const { counterexample } = await fc.check(property, { seed, numRuns: runs })
  if (counterexample === null) return undefined
  const [n, draw] = counterexample
  const { cell, measurement } = await measure(n, draw)
  return { origin: 'shrunk', instance: { ...cell, draw }, measurement }
}
