import { allocate, dtypeOf, type Data, type DType, type ReadonlyData } from './dtype.ts'
import { checkShape, showShape, sizeOf, type Shape } from './shape.ts'

/** A dtype and a shape: all that a tape knows of a value before it runs. */
export interface Type {
  readonly shape: Shape
  readonly dtype: DType
}

/** An immutable row-major array of numbers. Build one with `tensor`; operations return new ones. */
export class Tensor implements Type {
  readonly shape: Shape
  readonly dtype: DType
  #data: Data | undefined

  /** Takes `data` over without a copy; symbolic values carry none. */
  constructor(data: Data | undefined, shape: Shape, dtype: DType) {
    this.#data = data
    this.shape = shape
    this.dtype = dtype
  }

  get size(): number {
    return sizeOf(this.shape)
  }

  /** The elements in row-major order. */
  get data(): ReadonlyData {
    return this.storage()
  }

  /** The elements for executors, which only read them. */
  storage(): Data {
    return this.#data ?? gone()
  }

  /** Lets the elements go; from now on reading them is an error. */
  donate(): void {
    this.#data = undefined
  }

  /** The only element of a one-element tensor. */
  item(): number {
    if (this.size !== 1)
      throw new RangeError(`item: expected one element, got shape ${showShape(this.shape)}`)
    return this.data[0]!
  }

  /** Numbers nested as deep as the tensor has axes. */
  toArray(): NestedNumbers {
    const data = this.data
    const nest = (axis: number, at: number, span: number): NestedNumbers => {
      if (axis === this.shape.length) return data[at]!
      const n = this.shape[axis]!
      return Array.from({ length: n }, (_, i) => nest(axis + 1, at + (i * span) / n, span / n))
    }
    return nest(0, 0, this.size)
  }

  toString(): string {
    const show = (x: NestedNumbers): string => (Array.isArray(x) ? `[${x.map(show).join(',')}]` : String(x))
    return `tensor(${show(this.toArray())}, ${this.dtype})`
  }

  /** `a * b` and `a + b` of tensors end here. */
  [Symbol.toPrimitive](hint: string): string | number {
    if (hint === 'string') return this.toString()
    throw new TypeError('tensor: expected operations such as add and mul, got an operator of the language')
  }
}

/** What reading the elements of a donated tensor comes to. */
export function gone(): never {
  throw new TypeError(
    'tensor: expected elements, got a tensor that was donated to a compiled function\n' +
      'hint: use what that function returned instead, or compile it without donate',
  )
}

export type NestedNumbers = number | NestedNumbers[]

/**
 * A tensor from a number, nested arrays or a typed array. The shape is read off nested arrays; flat data of another
 * shape needs it said. The data is copied, so that later writes to the source change nothing.
 * Default dtype: that of a typed array, else f64.
 */
export function tensor(source: NestedNumbers | Data, shape?: Shape, dtype?: DType): Tensor {
  const typed = ArrayBuffer.isView(source)
  const own = typed ? [source.length] : shapeOfNested(source)
  const wanted = shape ?? own
  checkShape('tensor', wanted)
  const values = typed ? source : [source].flat(Infinity as 1)
  if (sizeOf(wanted) !== values.length) {
    throw new RangeError(
      `tensor: expected ${sizeOf(wanted)} numbers for shape ${showShape(wanted)}, got ${values.length}`,
    )
  }
  const type = dtype ?? (typed ? dtypeOf(source) : 'f64')
  if (!['f64', 'f32', 'i32'].includes(type)) {
    throw new TypeError(`tensor: expected dtype f64, f32 or i32, got ${String(type)}`)
  }
  const frozen = Object.freeze([...wanted])
  if (typed && dtypeOf(source) === type) return new Tensor(source.slice(), frozen, type)
  const data = allocate(type, values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as unknown
    if (typeof value !== 'number') throw new TypeError(`tensor: expected numbers, got ${typeof value}`)
    if (type === 'i32' && (value | 0) !== value) {
      throw new RangeError(`tensor: expected 32-bit integers for dtype i32, got ${value}`)
    }
    data[i] = value
  }
  return new Tensor(data, frozen, type)
}

function shapeOfNested(source: NestedNumbers | Data): number[] {
  const shape: number[] = []
  for (let level: unknown = source; Array.isArray(level); level = level[0]) {
    if (shape.push(level.length) > 64)
      throw new RangeError('tensor: expected at most 64 axes, got deeper nested arrays')
  }
  const check = (level: unknown, axis: number): void => {
    if (axis === shape.length && !Array.isArray(level)) return
    if (!Array.isArray(level) || level.length !== shape[axis]) {
      throw new RangeError(
        `tensor: expected rows of equal length, got a ragged nested array at depth ${axis}`,
      )
    }
    for (const child of level) check(child, axis + 1)
  }
  check(source, 0)
  return shape
}
