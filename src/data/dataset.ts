import { showShape, tensor, Tensor } from '../array/index.ts'
import { argsort } from '../ops/index.ts'
import { uniform, type Stream } from '../random/index.ts'

/** Samples with class numbers. */
export interface Dataset {
  readonly name: string
  /** f32 [n, ...shape]; images channels first, in [0, 1] */
  readonly inputs: Tensor
  /** i32 [n], from 0 to classes - 1 */
  readonly labels: Tensor
  readonly classes: number
}

/** Refuses data sets whose parts do not fit, are empty, or hold numbers that are not finite, by name. */
export function checkDataset({ name, inputs, labels, classes }: Dataset): void {
  const n = inputs.shape[0] ?? 0
  if (inputs.dtype !== 'f32' || n === 0)
    throw new RangeError(`${name}: expected f32 inputs [n,…], got ${inputs.dtype}${showShape(inputs.shape)}`)
  if (labels.dtype !== 'i32' || showShape(labels.shape) !== showShape([n]))
    throw new RangeError(`${name}: expected i32 labels [${n}], got ${labels.dtype}${showShape(labels.shape)}`)
  const wrong = (labels.data as Int32Array).findIndex((label) => label < 0 || label >= classes)
  if (wrong >= 0)
    throw new RangeError(
      `${name}: expected labels from 0 to ${classes - 1}, got ${labels.data[wrong]} at ${wrong}`,
    )
  const bad = (inputs.data as Float32Array).findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) throw new RangeError(`${name}: expected finite inputs, got ${inputs.data[bad]} at ${bad}`)
}

/** The samples from `start` up to `end`, without a copy of more. */
export function range({ name, inputs, labels, classes }: Dataset, start: number, end: number): Dataset {
  const n = inputs.shape[0]!
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= n))
    throw new RangeError(`${name}: expected a range within 0 to ${n}, got ${start} to ${end}`)
  const size = inputs.size / n
  const part = (inputs.data as Float32Array).slice(start * size, end * size)
  return {
    ...{ name, classes },
    inputs: new Tensor(part, [end - start, ...inputs.shape.slice(1)], 'f32'),
    labels: new Tensor((labels.data as Int32Array).slice(start, end), [end - start], 'i32'),
  }
}

/** The samples with these numbers, in this order; one may occur again. */
export function subset({ name, inputs, labels, classes }: Dataset, indices: ArrayLike<number>): Dataset {
  const n = inputs.shape[0]!
  const size = inputs.size / n
  const count = indices.length
  if (count === 0) throw new RangeError(`${name}: expected at least one index, got none`)
  const [chosen, classOf] = [new Float32Array(count * size), new Int32Array(count)]
  for (let k = 0; k < count; k++) {
    const i = indices[k]!
    if (!(Number.isInteger(i) && 0 <= i && i < n))
      throw new RangeError(`${name}: expected indices from 0 to ${n - 1}, got ${i} at ${k}`)
    chosen.set((inputs.data as Float32Array).subarray(i * size, (i + 1) * size), k * size)
    classOf[k] = labels.data[i]!
  }
  return {
    ...{ name, classes },
    inputs: new Tensor(chosen, [count, ...inputs.shape.slice(1)], 'f32'),
    labels: new Tensor(classOf, [count], 'i32'),
  }
}

/**
 * Disjoint parts of these sizes, chosen by chance from the stream; their sum may be smaller than the set.
 * Errors: RangeError for sizes that are no positive integers or exceed the set together.
 */
export function split(dataset: Dataset, counts: readonly number[], stream: Stream): Dataset[] {
  const n = dataset.labels.size
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (!counts.every((count) => Number.isInteger(count) && count > 0) || !(total <= n))
    throw new RangeError(
      `${dataset.name}: expected positive counts of ${n} samples together, got ${counts.join(', ')}`,
    )
  const order = argsort(tensor(uniform(stream, n))).data as Int32Array
  let end = 0
  return counts.map((count) => subset(dataset, order.slice(end, (end += count))))
}
