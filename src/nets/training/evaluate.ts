import { showShape, type Tensor } from '../../array/index.ts'
import { argmax, compile } from '../../ops/index.ts'
import { checkParameters, type Architecture, type Parameters } from '../architecture.ts'
import { forward } from '../forward.ts'
import { rows, type Samples } from './batches.ts'
import { losses, outputsOf, targetsFor, type LossName } from './losses.ts'

export interface EvaluateOptions {
  /** Default 256. */
  readonly batchSize?: number
  /** Default cross-entropy, or logistic for a network of one output. */
  readonly loss?: LossName
}

export interface Evaluation {
  /** Share of samples whose largest output is their label; for one output, whose sign is that of label 1 against 0. */
  readonly accuracy: number
  /** Mean over the samples; not finite where an output is not. */
  readonly loss: number
  /** Class numbers [n]; -1, which is never right, where an output is NaN. */
  readonly predictions: Int32Array
  /** Samples of class i (row) predicted as class j (column). */
  readonly confusion: readonly (readonly number[])[]
}

/**
 * What a network makes of samples with i32 labels, in batches. Errors: RangeError for no samples, labels of another
 * shape or that are no class, and parameters that do not fit the architecture.
 */
export function evaluate(
  architecture: Architecture,
  parameters: Parameters,
  data: Samples,
  options: EvaluateOptions = {},
): Evaluation {
  return evaluator(architecture, options)(parameters, data)
}

/** `evaluate` for many parameters of one architecture, compiled once. */
export function evaluator(
  architecture: Architecture,
  options: EvaluateOptions = {},
): (parameters: Parameters, data: Samples) => Evaluation {
  const outputs = outputsOf(architecture)
  const { batchSize = 256, loss = outputs === 1 ? 'logistic' : 'cross-entropy' } = options
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw new RangeError(`evaluate: expected batchSize of at least 1, got ${batchSize}`)
  const run = compile((p: Parameters, x: Tensor, targets: Tensor) => {
    const y = forward(architecture, p, x)
    return { y, risk: losses[loss](y, targets) }
  })
  return (parameters, { inputs, labels }) => {
    const n = inputs.shape[0]
    if (!n || labels.dtype !== 'i32' || labels.shape[0] !== n)
      throw new RangeError(
        `evaluate: expected inputs [n,…] with n ≥ 1 and i32 labels [n], got ` +
          `${showShape(inputs.shape)} and ${labels.dtype}${showShape(labels.shape)}`,
      )
    checkParameters(architecture, parameters)
    const dtype = inputs.dtype === 'f32' ? 'f32' : 'f64'
    const targets = targetsFor(loss, labels, outputs, dtype, 'evaluate')
    const predictions = new Int32Array(n)
    let total = 0
    for (let start = 0; start < n; start += batchSize) {
      const chosen = range(start, Math.min(n, start + batchSize))
      const { y, risk } = run(parameters, rows(inputs, chosen), rows(targets, chosen))
      total += risk.item() * chosen.length
      predictions.set(classesOf(y), start)
    }
    return { ...counted(predictions, labels.data, Math.max(2, outputs)), loss: total / n, predictions }
  }
}

/** Predicted classes of outputs [n, K], -1 for NaN. */
function classesOf(y: Tensor): Int32Array {
  const [n, outputs] = y.shape as [number, number]
  const largest = argmax(y, -1).data
  const classes = Int32Array.from({ length: n }, (_, i) =>
    outputs === 1 ? Number(y.data[i]! > 0) : largest[i]!,
  )
  y.data.forEach((value, i) => {
    if (Number.isNaN(value)) classes[Math.floor(i / outputs)] = -1
  })
  return classes
}

function counted(
  predictions: Int32Array,
  labels: ArrayLike<number>,
  classes: number,
): Pick<Evaluation, 'accuracy' | 'confusion'> {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  let right = 0
  predictions.forEach((predicted, i) => {
    if (predicted < 0) return
    confusion[labels[i]!]![predicted]! += 1
    if (predicted === labels[i]) right++
  })
  return { accuracy: right / predictions.length, confusion }
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i)
}
