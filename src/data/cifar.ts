import { Tensor } from '../array/index.ts'
import type { Dataset } from './dataset.ts'

const pixels = 3072

/**
 * Images from the binary files of CIFAR-10 (label, then 3·32·32 pixels) or CIFAR-100 (coarse and fine label,
 * then pixels; the fine one is taken), scaled to [0, 1]. Errors: RangeError for lengths that are no whole
 * records, and labels beyond the classes.
 */
export function readCifar(bytes: Uint8Array, classes: 10 | 100): Dataset {
  const labelBytes = classes === 10 ? 1 : 2
  const record = labelBytes + pixels
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`readCifar: expected a Uint8Array, got ${typeof bytes}`)
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new RangeError(`readCifar: expected whole records of ${record} bytes, got ${bytes.length} bytes`)
  const n = bytes.length / record
  const labels = new Int32Array(n)
  const inputs = new Float32Array(n * pixels)
  for (let i = 0; i < n; i++) {
    const start = i * record + labelBytes
    labels[i] = bytes[start - 1]!
    if (labels[i]! >= classes)
      throw new RangeError(`readCifar: expected labels below ${classes}, got ${labels[i]} in record ${i}`)
    for (let j = 0; j < pixels; j++) inputs[i * pixels + j] = bytes[start + j]! / 255
  }
  return {
    name: `CIFAR-${classes}`,
    inputs: new Tensor(inputs, [n, 3, 32, 32], 'f32'),
    labels: new Tensor(labels, [n], 'i32'),
    classes,
  }
}
