import type { Cell, Claim, Prediction } from './claim.ts'
import { admits } from './judge.ts'
import { tokenOf } from './replay.ts'
import type { NumberedTrial, ShrunkTrial } from './result.ts'
import type { Runner } from './strand.ts'
import { cellOf, instanceId, named, runTask, streamOf } from './trial.ts'

export interface ShrinkOptions {
  /** Id of a control, or null for the claim itself. */
  readonly variant?: string | null
  readonly seed: number
  /** Largest size tried, for claims whose instances are sizes. Default 64. */
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
  const { instance, instances } = claim
  if (prediction.kind !== 'every' || (instance === undefined && instances === undefined))
    throw new RangeError(
      `shrink: expected a statement about every instance, got ${claim.id} / ${predictionId}`,
    )
  const fc = await import('fast-check').catch(() => {
    throw new Error('shrink: expected fast-check, an optional peer, got none\nhint: npm install fast-check')
  })
  const own = await import('./arbitraries.ts')
  const sizes = fc.integer({ min: 1, max: size })
  const drawn = (instances?.build({ fc: { ...fc }, own: { ...own } }) ?? sizes) as typeof sizes
  const trialOf = async (value: unknown, draw: number) => {
    const task = { claim: claim.id, variant, cell: instanceId(value), seed }
    const [measurement] = await runTask([claim], { ...task, first: draw, count: 1 })
    return { origin: 'numbered', trial: draw, measurement: measurement! } as const
  }
  const property = fc.asyncProperty(drawn, fc.nat({ max: 999 }), async (value, draw) => {
    const cell = cellOf(claim, variant, instanceId(value))
    return !fails(claim, variant, prediction, cell, await trialOf(value, draw))
  })
  const { counterexample } = await fc.check(property, { seed: seed | 0, numRuns: runs })
  if (counterexample === null) return undefined
  const [value, draw] = counterexample
  const cell = cellOf(claim, variant, instanceId(value))
  return shrunk(claim, variant, seed, cell, await trialOf(value, draw))
}

/** Sizes tried by `smallest`, and trials of each. */
const [mostSize, draws] = [32, 4]

/**
 * The first counterexample among instances of ascending size, without fast-check: four trials of every size up to
 * 32. Undefined when there is none, or when the run was stopped.
 */
export async function smallest(
  run: Runner,
  claim: Claim,
  variant: string | null,
  prediction: Prediction,
): Promise<ShrunkTrial | undefined> {
  if (prediction.kind !== 'every' || claim.instance === undefined) return undefined
  for (let size = 1; size <= mostSize; size++) {
    const cell = cellOf(claim, variant, instanceId(size))
    const task = { claim: claim.id, variant, cell: cell.id, first: 0, count: draws, seed: run.seed }
    const measured = await run.execute(task).catch((error: unknown) => {
      if (run.signal?.aborted) return undefined
      throw error
    })
    if (measured === undefined) return undefined
    for (const [trial, measurement] of measured.entries()) {
      const one = { origin: 'numbered', trial, measurement } as const
      if (fails(claim, variant, prediction, cell, one)) return shrunk(claim, variant, run.seed, cell, one)
    }
  }
  return undefined
}

function fails(
  claim: Claim,
  variant: string | null,
  prediction: Prediction,
  cell: Cell,
  trial: NumberedTrial,
): boolean {
  const broken = variant === null ? null : named(claim.controls, variant, `control of ${claim.id}`).breaks
  if (prediction.kind !== 'every' || !admits(prediction, claim, cell, trial, broken)) return false
  return !(prediction.of(trial.measurement, cell) <= prediction.margin)
}

function shrunk(
  claim: Claim,
  variant: string | null,
  seed: number,
  cell: Cell,
  { trial, measurement }: NumberedTrial,
): ShrunkTrial {
  const address = { claim: claim.id, variant, cell: cell.id, seed, trial }
  const picture = claim.picture?.(cell, streamOf(address, trial))
  const { id: _, label: __, block: ___, ...instance } = cell
  return {
    origin: 'shrunk',
    instance: { ...instance, draw: trial },
    measurement,
    replay: tokenOf(address),
    ...(picture && { picture }),
  }
}
