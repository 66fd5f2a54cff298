/**
 * Functions of numbers that are known: they run outside tapes and have no derivative. Where they compare, NaN counts as larger
 * than Infinity, and of equal numbers the one with the smaller index comes first.
 */
import {
  allocate,
  checkShape,
  normalizeAxes,
  showShape,
  Tensor,
  type Data,
  type DType,
} from '../array/index.ts'
import { isSymbolic } from '../tape/index.ts'

/** The position of the largest element: in row-major order, or along an axis, which vanishes. i32. */
export function argmax(x: Tensor, axis?: number): Tensor {
  const { data, starts, step, length, others } =
    axis === undefined ? { ...whole('argmax', x), others: [] } : along('argmax', x, axis)
  if (length === 0) {
    throw new RangeError(`argmax: expected a nonempty axis, got shape ${showShape(x.shape)}`)
  }
  const positions = starts.map((start) => {
    let best = 0
    for (let i = 1; i < length; i++) {
      if (compare(data[start + best * step]!, data[start + i * step]!) < 0) best = i
    }
    return best
  })
  return new Tensor(Int32Array.from(positions), others, 'i32')
}

/** The positions along an axis in ascending order of their elements (i32); stable. */
export function argsort(x: Tensor, axis = -1): Tensor {
  const { data, starts, step, length } = along('argsort', x, axis)
  const out = new Int32Array(x.size)
  for (const start of starts) {
    sorted(length, (i, j) => compare(data[start + i * step]!, data[start + j * step]!)).forEach(
      (position, i) => (out[start + i * step] = position),
    )
  }
  return new Tensor(out, x.shape, 'i32')
}

/** The k largest elements along the last axis, in descending order, and their positions (i32). */
export function topk(x: Tensor, k: number): { values: Tensor; indices: Tensor } {
  const { data, starts, length, others } = along('topk', x, -1)
  if (!Number.isInteger(k) || k < 0 || k > length) {
    throw new RangeError(`topk: expected k between 0 and ${length}, got ${k}`)
  }
  const values = allocate(x.dtype, starts.length * k)
  const indices = new Int32Array(starts.length * k)
  starts.forEach((start, line) => {
    const order = sorted(length, (i, j) => compare(data[start + j]!, data[start + i]!)).subarray(0, k)
    indices.set(order, line * k)
    order.forEach((position, i) => (values[line * k + i] = data[start + position]!))
  })
  const shape = [...others, k]
  return { values: new Tensor(values, shape, x.dtype), indices: new Tensor(indices, shape, 'i32') }
}

/** The sums x₀, x₀ + x₁, … along an axis, added up in ascending order and rounded to x's dtype at every step. */
export function cumsum(x: Tensor, axis = -1): Tensor {
  const { data, starts, step, length } = along('cumsum', x, axis)
  const out = allocate(x.dtype, x.size)
  for (const start of starts) {
    for (let i = 0, at = start; i < length; i++, at += step) {
      const sum = i === 0 ? data[at]! : out[at - step]! + data[at]!
      out[at] = sum
      if (x.dtype === 'i32' && out[at] !== sum) {
        throw new RangeError(`cumsum: expected sums that i32 holds, got ${sum}\nhint: cast(x, 'f64')`)
      }
    }
  }
  return new Tensor(out, x.shape, x.dtype)
}

/** 1 at every label's class along a new last axis, else 0. Labels in i32; errors for one outside [0, classes). */
export function oneHot(labels: Tensor, classes: number, dtype: DType = 'f64'): Tensor {
  const data = known('oneHot', labels)
  if (labels.dtype !== 'i32') {
    throw new TypeError(`oneHot: expected i32 labels, got ${labels.dtype}\nhint: cast(labels, 'i32')`)
  }
  const shape = [...labels.shape, classes]
  checkShape('oneHot', shape)
  const out = allocate(dtype, data.length * classes)
  data.forEach((label, i) => {
    if (label < 0 || label >= classes) {
      throw new RangeError(`oneHot: expected labels from 0 to ${classes - 1}, got ${label} at ${i}`)
    }
    out[i * classes + label] = 1
  })
  return new Tensor(out, shape, dtype)
}

function known(op: string, x: Tensor): Data {
  if (isSymbolic(x)) {
    throw new TypeError(
      `${op}: expected a tensor whose elements are known, got a symbolic value\n` +
        `hint: ${op} runs outside tapes; call it before recording and pass the result as an argument, or on what the recorded function returns`,
    )
  }
  return x.storage()
}

/** The lines of a tensor along one axis: element i of a line is `data[start + i·step]`. */
interface Lines {
  readonly data: Data
  readonly starts: readonly number[]
  readonly step: number
  readonly length: number
}

function whole(op: string, x: Tensor): Lines {
  return { data: known(op, x), starts: [0], step: 1, length: x.size }
}

function along(op: string, x: Tensor, axis: number): Lines & { readonly others: readonly number[] } {
  const data = known(op, x)
  const [at] = normalizeAxes(op, axis, x.shape.length) as [number]
  const length = x.shape[at]!
  const step = x.shape.slice(at + 1).reduce((size, n) => size * n, 1)
  const others = x.shape.toSpliced(at, 1)
  const lines = others.reduce((size, n) => size * n, 1)
  const starts = Array.from({ length: lines }, (_, line) => {
    const inner = line % step
    return (line - inner) * length + inner
  })
  return { data, starts, step, length, others }
}

/** Negative, zero or positive, as a is below, equal to or above b. */
function compare(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  return Number(a !== a) - Number(b !== b)
}

/** 0, 1, … in the order of a comparison; the language promises a stable sort. */
function sorted(length: number, order: (i: number, j: number) => number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i).sort(order)
}
