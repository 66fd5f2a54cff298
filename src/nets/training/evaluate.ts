import { showShape, type Tensor } from '../../array/index.ts'
import { argmax, compile } from '../../ops/index.ts'
import { type Architecture, type Parameters } from '../architecture.ts'
import { forward } from '../forward.ts'
import { rows, type Samples } from './batches.ts'

export interface Evaluation {
  /** Share of samples whose largest output is their label; for one output, whose sign is that of label 1 against 0. */
  readonly accuracy: number
  /** i32 class numbers [n] as plain numbers. */
  readonly predictions: Int32Array
  /** Samples of class i (row) predicted as class j (column). */
  readonly confusion: readonly (readonly number[])[]
}

/** Classes that a network gives to samples with i32 labels, in batches of `batchSize` (256). */
export function evaluate(
  architecture: Architecture,
  parameters: Parameters,
  { inputs, labels }: Samples,
  { batchSize = 256 }: { readonly batchSize?: number } = {},
): Evaluation {
  const n = inputs.shape[0]!
  if (labels.dtype !== 'i32' || labels.shape.length !== 1 || labels.shape[0] !== n)
    throw new RangeError(
      `evaluate: expected i32 labels [${n}], got ${labels.dtype}${showShape(labels.shape)}`,
    )
  const outputs = compile((p: Parameters, x: Tensor) => forward(architecture, p, x))
  const predictions = new Int32Array(n)
  let classes = 2
  for (let start = 0; start < n; start += batchSize) {
    const end = Math.min(n, start + batchSize)
    const y = outputs(parameters, rows(inputs, range(start, end)))
    if (y.shape[1] === 1) y.data.forEach((value, i) => (predictions[start + i] = value > 0 ? 1 : 0))
    else predictions.set(argmax(y, -1).data as Int32Array, start)
    classes = Math.max(classes, y.shape[1]!)
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  let right = 0
  labels.data.forEach((label, i) => {
    const row = confusion[label]
    if (!row) throw new RangeError(`evaluate: expected labels from 0 to ${classes - 1}, got ${label} at ${i}`)
    row[predictions[i]!]! += 1
    if (predictions[i] === label) right++
  })
  return { accuracy: right / n, predictions, confusion }
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i)
}
