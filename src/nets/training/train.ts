import { showShape, Tensor, allocate, type DType } from '../../array/index.ts'
import { abs, add, compile, less, select, square, sum, valueAndGrad } from '../../ops/index.ts'
import { stream, type Stream } from '../../random/index.ts'
import { checkParameters, type Architecture, type Parameters } from '../architecture.ts'
import { forward } from '../forward.ts'
import { initialise } from '../initialise.ts'
import { permutation, rows, type Samples } from './batches.ts'
import { checkCheckpoint, copied, type Checkpoint, type Recipe } from './checkpoint.ts'
import { evaluator } from './evaluate.ts'
import { losses, outputsOf, targetsFor, type LossName } from './losses.ts'
import {
  checkOptimiser,
  checkState,
  initialState,
  scalarsAt,
  updated,
  type Optimiser,
  type OptimiserState,
} from './optimisers.ts'
import { checkSchedule, rateAt, type Schedule } from './schedules.ts'

/** What an adversary sees of a step: it may replace the inputs of the batch. */
export interface AdversaryContext {
  readonly parameters: Parameters
  readonly inputs: Tensor
  readonly labels: Tensor
  readonly step: number
  readonly stream: Stream
}

export interface StepReport {
  /** Counted from 0. */
  readonly step: number
  readonly steps: number
  readonly epoch: number
  /** Of the batch, before the step. */
  readonly loss: number
  readonly rate: number
}

export interface EpochReport {
  readonly epoch: number
  readonly step: number
  /** Mean over the epoch's steps. */
  readonly loss: number
  /** Of the moment; tensors that later steps take over, so copy what is to be kept. */
  readonly parameters: Parameters
}

export interface TrainOptions {
  readonly architecture: Architecture
  /**
   * Where training starts, in the dtype of the inputs; a checkpoint goes before them. Default: `initialise` with variance
   * 2 from the seed.
   */
  readonly parameters?: Parameters
  readonly data: Samples
  /** Default cross-entropy. */
  readonly loss?: LossName
  /** Default sgd with momentum 0.9. */
  readonly optimiser?: Optimiser
  /** Default constant 0.05 for sgd, 0.001 for adam. */
  readonly schedule?: Schedule
  /** Default 128; the last batch of an epoch may be smaller. */
  readonly batchSize?: number
  /** Default 10. */
  readonly epochs?: number
  readonly seed: number
  /** Stop after an epoch at whose end every training sample is classified right. */
  readonly stopAtInterpolation?: boolean
  readonly adversary?: (context: AdversaryContext) => Tensor | Promise<Tensor>
  readonly onStep?: (report: StepReport) => void
  readonly onEpoch?: (report: EpochReport) => void | Promise<void>
  /** Called after every epoch. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>
  /** Where an earlier run was stopped: the rest gives the bits of one that was not. */
  readonly checkpoint?: Checkpoint
  /** Stops between two steps. */
  readonly signal?: AbortSignal
}

export interface Trained {
  /**
   * `diverged`: in step `steps` the loss, the square of a gradient or a new parameter was not finite; the parameters are
   * those before that step.
   */
  readonly status: 'finished' | 'interpolated' | 'diverged' | 'interrupted'
  readonly parameters: Parameters
  /** Steps done, those before the checkpoint included. */
  readonly steps: number
  /** Loss of every step of this run, on its batch, before the step. */
  readonly losses: readonly number[]
  readonly checkpoint: Checkpoint
}

/**
 * Trains a network. A step is one compiled tape (parameters, state, batch) → (parameters′, state′, loss) and depends on
 * nothing but the seed, its number, the parameters and the optimiser's state, so that a run resumed from a checkpoint has
 * the bits of an uninterrupted one. Errors: RangeError or TypeError for data, parameters or options that do not fit.
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const plan = planned(options)
  const { architecture, optimiser, schedule, steps, perEpoch, recipe, targets, inputs } = plan
  const { seed, checkpoint, adversary, signal } = options
  const step = compile(trainingStep(architecture, plan.loss, optimiser), { donate: [0, 1] })
  let parameters = copied(plan.parameters)
  let state = copiedState(plan.state)
  let done = checkpoint?.step ?? 0
  const classify = evaluator(architecture)
  const history: number[] = []
  const now = (): Checkpoint => {
    return { schema: 1, step: done, recipe, parameters: copied(parameters), state: copiedState(state) }
  }
  const finish = (status: Trained['status']): Trained => {
    const kept = now()
    return { status, parameters: kept.parameters, steps: done, losses: history, checkpoint: kept }
  }
  const random = stream(seed, 'train')
  let order = permutation(random.child(`epoch ${Math.floor(done / perEpoch)}`), inputs.shape[0]!)
  while (done < steps) {
    if (signal?.aborted) return finish('interrupted')
    const [epoch, place] = [Math.floor(done / perEpoch), done % perEpoch]
    if (place === 0) order = permutation(random.child(`epoch ${epoch}`), inputs.shape[0]!)
    const chosen = order.subarray(place * plan.batchSize, (place + 1) * plan.batchSize)
    const labels = rows(options.data.labels, chosen)
    let batch = rows(inputs, chosen)
    if (adversary) {
      const own = random.child(`adversary ${done}`)
      batch = await adversary({ parameters, inputs: batch, labels, step: done, stream: own })
    }
    const rate = rateAt(schedule, done, steps)
    const scalars = scalarsAt(optimiser, rate, done).map((value) => scalar(value, inputs.dtype))
    const after = step(parameters, state, batch, rows(targets, chosen), scalars)
    ;({ parameters, state } = after)
    const loss = after.loss.item()
    history.push(loss)
    if (after.finite.item() !== 1) return finish('diverged')
    options.onStep?.({ step: done, steps, epoch, loss, rate })
    done++
    if (done % perEpoch !== 0) continue
    const mean =
      history.slice(-perEpoch).reduce((sum, value) => sum + value, 0) / Math.min(perEpoch, history.length)
    await options.onEpoch?.({ epoch, step: done, loss: mean, parameters })
    await options.onCheckpoint?.(now())
    if (options.stopAtInterpolation && classify(parameters, options.data).accuracy === 1)
      return finish('interpolated')
    // Whoever wants to stop a run, or see its progress, gets a turn.
    await new Promise<void>((resolve) => setTimeout(resolve, 0))
  }
  return finish('finished')
}

type StepResult = {
  readonly parameters: Parameters
  readonly state: OptimiserState
  readonly loss: Tensor
  readonly finite: Tensor
}

/** Where loss, gradient or new parameters are not finite, parameters and state stay as they were, and `finite` is 0. */
function trainingStep(architecture: Architecture, loss: LossName, optimiser: Optimiser) {
  return (
    parameters: Parameters,
    state: OptimiserState,
    inputs: Tensor,
    targets: Tensor,
    scalars: readonly Tensor[],
  ): StepResult => {
    const { value, gradient } = valueAndGrad((p: Parameters) =>
      losses[loss](forward(architecture, p, inputs), targets),
    )(parameters)
    const numbers = scalars as [Tensor, Tensor, Tensor]
    const steps = Object.entries(parameters).map(([name, w]) => {
      const slots = Object.fromEntries(Object.entries(state).map(([slot, tree]) => [slot, tree[name]!]))
      const [after, slotsAfter] = updated(optimiser, w, gradient[name]!, slots, numbers)
      return { name, w, slots, after, slotsAfter }
    })
    const size = steps.reduce(
      (total, { name, after }) => add(total, sum(add(square(gradient[name]!), abs(after)))),
      abs(value),
    )
    const finite = less(size, Infinity)
    const next: Record<string, Tensor> = {}
    const nextState: Record<string, Record<string, Tensor>> = {}
    for (const slot of Object.keys(state)) nextState[slot] = {}
    for (const { name, w, slots, after, slotsAfter } of steps) {
      next[name] = select(finite, after, w)
      for (const [slot, value] of Object.entries(slotsAfter))
        nextState[slot]![name] = select(finite, value, slots[slot]!)
    }
    return { parameters: next, state: nextState, loss: value, finite }
  }
}

interface Plan {
  readonly architecture: Architecture
  readonly parameters: Parameters
  readonly state: OptimiserState
  readonly inputs: Tensor
  readonly targets: Tensor
  readonly loss: LossName
  readonly optimiser: Optimiser
  readonly schedule: Schedule
  readonly batchSize: number
  readonly perEpoch: number
  readonly steps: number
  readonly recipe: Recipe
}

/** Options with their defaults, checked. */
function planned(options: TrainOptions): Plan {
  const { architecture, data, loss = 'cross-entropy', optimiser = { kind: 'sgd' }, seed } = options
  const { batchSize = 128, epochs = 10 } = options
  const schedule = options.schedule ?? { kind: 'constant', rate: optimiser.kind === 'adam' ? 0.001 : 0.05 }
  checkOptimiser(optimiser)
  checkSchedule(schedule)
  if (!Object.hasOwn(losses, loss))
    throw new RangeError(
      `train: expected loss ${Object.keys(losses).join(', ')}, got ${JSON.stringify(loss)}`,
    )
  for (const [name, value] of Object.entries({ batchSize, epochs }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`train: expected ${name} of at least 1, got ${value}`)
  const { inputs, labels } = data
  const [n] = inputs.shape
  if (inputs.dtype === 'i32' || !n || labels.shape[0] !== n)
    throw new RangeError(
      `train: expected float inputs [n,…] and labels [n,…] with n ≥ 1, got ${inputs.dtype}${showShape(inputs.shape)} and ${showShape(labels.shape)}`,
    )
  if (!inputs.data.every(Number.isFinite)) throw new RangeError('train: expected finite inputs, got others')
  const dtype = inputs.dtype as Exclude<DType, 'i32'>
  const targets = targetsFor(loss, labels, outputsOf(architecture), dtype)
  const { checkpoint } = options
  const parameters =
    checkpoint?.parameters ??
    options.parameters ??
    initialise(architecture, { variance: 2, dtype }, stream(seed, 'initialise'))
  if (options.stopAtInterpolation && labels.dtype !== 'i32')
    throw new RangeError(`train: expected i32 labels to stop at interpolation, got ${labels.dtype}`)
  const perEpoch = Math.ceil(n / batchSize)
  const steps = epochs * perEpoch
  const adversary = options.adversary !== undefined
  const recipe = {
    seed,
    architecture,
    loss,
    optimiser,
    schedule,
    batchSize,
    steps,
    samples: n,
    dtype,
    adversary,
  }
  if (checkpoint) checkCheckpoint(checkpoint, recipe)
  checkLike(architecture, parameters, dtype)
  const state = checkpoint?.state ?? initialState(optimiser, parameters)
  checkState(optimiser, state)
  for (const tree of Object.values(state)) checkLike(architecture, tree, dtype)
  return {
    ...{ architecture, parameters, state, inputs, targets, loss, optimiser, schedule },
    batchSize,
    perEpoch,
    steps,
    recipe,
  }
}

/** Refuses what `checkParameters` does, and another dtype than the inputs'. */
function checkLike(architecture: Architecture, tree: Parameters, dtype: DType): void {
  checkParameters(architecture, tree)
  for (const [name, x] of Object.entries(tree))
    if (x.dtype !== dtype)
      throw new TypeError(`train: expected ${name} in ${dtype} like the inputs, got ${x.dtype}`)
}

function scalar(value: number, dtype: DType): Tensor {
  const data = allocate(dtype, 1)
  data[0] = value
  return new Tensor(data, [], dtype)
}

function copiedState(state: OptimiserState): OptimiserState {
  return Object.fromEntries(Object.entries(state).map(([slot, tree]) => [slot, copied(tree)]))
}
