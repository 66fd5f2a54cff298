/** The `reduce` and `matmul` kernels, in the order that order.ts lays down. */
import { allocate, sizeOf, stridesOf, type Data, type Shape, type Tensor, type Type } from '../array/index.ts'
import type { MatmulKernel, ReduceKernel } from '../tape/index.ts'
import { combineLanes, LANES, multipliesInLanes, reducesInLanes } from './order.ts'

export function runReduce({ combine, axes }: ReduceKernel, x: Tensor, type: Type): Data {
  const { shape } = x
  const strides = stridesOf(shape)
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const bases = offsets(shape, strides, kept)
  const terms = offsets(shape, strides, axes)
  const out = allocate(type.dtype, bases.length)
  const data = x.storage()
  const lanes = allocate(type.dtype, reducesInLanes(shape, axes) ? LANES : 1) as Float64Array
  for (let i = 0; i < bases.length; i++) {
    out[i] = combine === 'sum' ? sum(data, bases[i]!, terms, lanes) : largest(data, bases[i]!, terms)
  }
  return out
}

function sum(data: Data, base: number, terms: Int32Array, lanes: Float64Array): number {
  const mask = lanes.length - 1
  lanes.fill(0)
  for (let k = 0; k < terms.length; k++) lanes[k & mask]! += data[base + terms[k]!]!
  return mask === 0 ? lanes[0]! : combineLanes(lanes)
}

function largest(data: Data, base: number, terms: Int32Array): number {
  let best = -Infinity
  for (let k = 0; k < terms.length; k++) best = Math.max(best, data[base + terms[k]!]!)
  return best
}

/** Memory offsets of all multi-indices over the given axes, in row-major order. */
function offsets(shape: Shape, strides: readonly number[], axes: readonly number[]): Int32Array {
  const size = axes.reduce((n, axis) => n * shape[axis]!, 1)
  const list = new Int32Array(size)
  let span = 1
  for (const axis of [...axes].reverse()) {
    const n = shape[axis]!
    // Fill from the innermost axis outwards: what is there already is repeated at every index of this axis.
    for (let i = n - 1; i >= 0; i--) {
      for (let j = 0; j < span; j++) list[i * span + j] = list[j]! + i * strides[axis]!
    }
    span *= n
  }
  return list
}

export function runMatmul(kernel: MatmulKernel, a: Tensor, b: Tensor, type: Type): Data {
  const [m, n] = type.shape.slice(-2) as [number, number]
  const k = a.shape.at(kernel.transposeA ? -2 : -1)!
  const out = allocate(type.dtype, sizeOf(type.shape))
  const batches = m * n === 0 ? 0 : out.length / (m * n)
  const inLanes = multipliesInLanes(a.shape, b.shape, kernel)
  for (let batch = 0; batch < batches; batch++) {
    const left = { data: a.storage(), at: a.size === m * k ? 0 : batch * m * k, step: [k, 1] }
    const right = { data: b.storage(), at: b.size === k * n ? 0 : batch * k * n, step: [n, 1] }
    if (kernel.transposeA) left.step = [1, m]
    if (kernel.transposeB) right.step = [1, k]
    const multiply = inLanes ? multiplyInLanes : multiplyAscending
    multiply(out, batch * m * n, left, right, [m, k, n], type.dtype === 'f32')
  }
  return out
}

/** A matrix in memory: element (i, j) is `data[at + i·step[0] + j·step[1]]`. */
interface Matrix {
  data: Data
  at: number
  step: number[]
}

/** A matrix in an array: element (i, j) is `data[i·row + j·column]`. */
export interface Part {
  readonly data: Float64Array
  readonly row: number
  readonly column: number
}

/** C ← A·B in f64, C row-major. */
export function multiplyInto(
  c: Float64Array,
  a: Part,
  b: Part,
  size: readonly [m: number, k: number, n: number],
  inLanes: boolean,
): void {
  const matrix = ({ data, row, column }: Part): Matrix => ({ data, at: 0, step: [row, column] })
  c.fill(0, 0, size[0] * size[2])
  const multiply = inLanes ? multiplyInLanes : multiplyAscending
  multiply(c, 0, matrix(a), matrix(b), [...size], false)
}

type Multiply = (out: Data, at: number, a: Matrix, b: Matrix, size: number[], single: boolean) => void

/** One accumulator per result, kept in `out`; the loop that runs along memory is the inner one. */
const multiplyAscending: Multiply = (out, at, a, b, size, single) => {
  const [m, k, n] = size as [number, number, number]
  const [aRow, aColumn] = a.step as [number, number]
  const [bRow, bColumn] = b.step as [number, number]
  if (n === 1) {
    for (let l = 0; l < k; l++) {
      const factor = b.data[b.at + l * bRow]!
      for (let i = 0; i < m; i++) {
        const product = a.data[a.at + i * aRow + l * aColumn]! * factor
        out[at + i]! += single ? Math.fround(product) : product
      }
    }
    return
  }
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a.data[a.at + i * aRow + l * aColumn]!
      for (let j = 0; j < n; j++) {
        const product = factor * b.data[b.at + l * bRow + j * bColumn]!
        out[at + i * n + j]! += single ? Math.fround(product) : product
      }
    }
  }
}

const multiplyInLanes: Multiply = (out, at, a, b, size, single) => {
  const [m, k, n] = size as [number, number, number]
  const lanes = (single ? new Float32Array(LANES) : new Float64Array(LANES)) as Float64Array
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const row = a.at + i * a.step[0]!
      const column = b.at + j * b.step[1]!
      const [aStep, bStep] = [a.step[1]!, b.step[0]!]
      lanes.fill(0)
      for (let l = 0; l < k; l++) {
        const product = a.data[row + l * aStep]! * b.data[column + l * bStep]!
        lanes[l & (LANES - 1)]! += single ? Math.fround(product) : product
      }
      out[at + i * n + j] = combineLanes(lanes)
    }
  }
}
