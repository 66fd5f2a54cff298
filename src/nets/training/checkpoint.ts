import { allocate, Tensor } from '../../array/index.ts'
import type { Parameters } from '../architecture.ts'
import type { OptimiserState } from './optimisers.ts'

/** Everything that decides the bits of a training run, as plain data: nothing else may influence a step. */
export interface Recipe {
  readonly seed: number
  readonly [name: string]: unknown
}

/**
 * A training run between two steps. Step s draws from the streams `train/epoch e` (the order of samples of its epoch e)
 * and `train/adversary s` of the seed, so that its number is all the counter there is.
 */
export interface Checkpoint {
  readonly schema: 1
  /** Steps done. */
  readonly step: number
  readonly recipe: Recipe
  readonly parameters: Parameters
  readonly state: OptimiserState
}

/** Tensors of their own, which no later step overwrites. */
export function copied<T extends Readonly<Record<string, Tensor>>>(tree: T): T {
  const copy = ({ data, shape, dtype }: Tensor): Tensor => {
    const own = allocate(dtype, data.length)
    own.set(data)
    return new Tensor(own, shape, dtype)
  }
  return Object.fromEntries(Object.entries(tree).map(([name, x]) => [name, copy(x)])) as T
}

/** Refuses a checkpoint of another schema or recipe, naming the first difference. */
export function checkCheckpoint({ schema, recipe, step }: Checkpoint, expected: Recipe): void {
  if (schema !== 1) throw new RangeError(`train: expected a checkpoint of schema 1, got ${String(schema)}`)
  if (!Number.isSafeInteger(step) || step < 0)
    throw new RangeError(`train: expected a checkpoint with a number of steps, got ${String(step)}`)
  if (step > Number(recipe['steps']))
    throw new RangeError(`train: expected a checkpoint within ${String(recipe['steps'])} steps, got ${step}`)
  for (const name of new Set([...Object.keys(expected), ...Object.keys(recipe)])) {
    const [ours, theirs] = [expected[name], recipe[name]].map((value) => JSON.stringify(value))
    if (ours !== theirs)
      throw new RangeError(`train: expected a checkpoint with ${name} ${ours}, got ${theirs}`)
  }
}
