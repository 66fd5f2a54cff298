import { showShape, Tensor } from '../array/index.ts'

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
