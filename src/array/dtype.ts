/** Element types: f64 by default, f32 where speed is asked for, i32 for indices and labels (not differentiable). */
export type DType = 'f64' | 'f32' | 'i32'

export type Data = Float64Array | Float32Array | Int32Array

/** The same bytes, typed read-only: what a tensor shows of itself. */
export type ReadonlyData = Omit<Data, 'set' | 'fill' | 'sort' | 'reverse' | 'copyWithin' | number> & {
  readonly [index: number]: number
  [Symbol.iterator](): ArrayIterator<number>
}

/** A zeroed typed array of `size` elements. */
export function allocate(dtype: DType, size: number): Data {
  if (dtype === 'f64') return new Float64Array(size)
  return dtype === 'f32' ? new Float32Array(size) : new Int32Array(size)
}

/** The dtype that a typed array stores. */
export function dtypeOf(data: Data): DType {
  if (data instanceof Float64Array) return 'f64'
  return data instanceof Float32Array ? 'f32' : 'i32'
}
