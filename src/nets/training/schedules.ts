import { cos, pi } from '../../math/index.ts'

/**
 * Learning rates by step s of `steps` in all: `constant`; `step`, multiplied by `factor` (0.1) every `every` steps;
 * `cosine`, from `rate` down to 0 at the end (Loshchilov & Hutter, arXiv:1608.03983). During the first `warmup` steps
 * (0) the rate rises linearly.
 */
export interface Schedule {
  readonly kind: 'constant' | 'step' | 'cosine'
  readonly rate: number
  readonly every?: number
  readonly factor?: number
  readonly warmup?: number
}

/** The learning rate of step s, counted from 0. */
export function rateAt(schedule: Schedule, s: number, steps: number): number {
  const { kind, rate, every = steps, factor = 0.1, warmup = 0 } = schedule
  if (s < warmup) return (rate * (s + 1)) / (warmup + 1)
  if (kind === 'constant') return rate
  if (kind === 'cosine') return (rate * (1 + cos((pi * (s - warmup)) / Math.max(1, steps - warmup)))) / 2
  let current = rate
  for (let cut = every; cut <= s; cut += every) current *= factor
  return current
}

/** Refuses unknown kinds and numbers that make no schedule. */
export function checkSchedule({ kind, rate, every = 1, factor = 1, warmup = 0 }: Schedule): void {
  if (!['constant', 'step', 'cosine'].includes(kind))
    throw new RangeError(`train: expected schedule constant, step or cosine, got ${JSON.stringify(kind)}`)
  if (!(rate > 0 && rate < Infinity))
    throw new RangeError(`train: expected a positive learning rate, got ${rate}`)
  if (!(Number.isInteger(every) && every >= 1 && Number.isInteger(warmup) && warmup >= 0 && factor > 0))
    throw new RangeError(
      `train: expected whole steps and a positive factor, got ${every}, ${warmup}, ${factor}`,
    )
}
