/** Element types: f64 by default, f32 where speed is asked for, i32 for indices and labels (not differentiable). */
export type DType = 'f64' | 'f32' | 'i32'

export type Data = Float64Array | Float32Array | Int32Array

/** A tensor's elements as users see them: to be read, by index or in order. `Float64Array.from(x.data)` copies them. */
export interface ReadonlyData extends Iterable<number> {
  readonly length: number
  readonly [index: number]: number
  at(index: number): number | undefined
  includes(x: number): boolean
  indexOf(x: number): number
  every(holds: (x: number, index: number) => boolean): boolean
  some(holds: (x: number, index: number) => boolean): boolean
  forEach(visit: (x: number, index: number) => void): void
}

/** Size of an element in memory. */
export const bytesPerElement: Readonly<Record<DType, number>> = { f64: 8, f32: 4, i32: 4 }

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
