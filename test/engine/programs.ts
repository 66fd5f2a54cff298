/**
 * Random well-typed programs over every operation that carries a record.
 *
 * A program is decoded from a list of small numbers, so that fast-check can shrink it. Decoding runs the program at one concrete point as it
 * goes: operands are values made earlier (so values are shared), taken as they are where the operation's type rule accepts them and brought to
 * the shapes of one of its cases where not. What lies outside the domain of the operation is moved into it by adding a constant tensor, and so
 * is what lies at a kink: the operands of an operation with kinks are moved to places that keep a distance from its kinks, from each other and
 * from each other's mirror images. A translation has slope one, so no derivative is lost, and every branch of the program is decided by a margin
 * that rounding cannot cross.
 */
import fc from 'fast-check'
import { allocate, sameShape, sizeOf, Tensor, type DType, type Shape } from '../../src/array/index.ts'
import * as engine from '../../src/index.ts'
import type { Case, Operation } from '../../src/tape/index.ts'

export type AnyRecord = Operation<unknown>

/** An operand is the number of an earlier value, inputs first, or a constant. */
export interface Step {
  readonly operation: AnyRecord
  readonly params: unknown
  readonly operands: readonly (number | Tensor)[]
}

export interface Program {
  /** The point at which the program was built. */
  readonly inputs: readonly Tensor[]
  readonly steps: readonly Step[]
}

/** What a program is decoded from: shapes of inputs, then operation, case and operands of every step. */
export interface Code {
  readonly inputs: readonly number[]
  readonly steps: readonly (readonly [operation: number, sample: number, operands: readonly number[]])[]
  readonly salt: number
}

/** The records of all operations that the library exports. */
export const records: readonly AnyRecord[] = Object.values(engine).flatMap((f) =>
  typeof f === 'function' && 'operation' in f ? [f.operation as AnyRecord] : [],
)

const inputShapes: readonly Shape[] = [[3], [], [2, 3], [2], [3, 1], [1], [2, 2], [0], [1, 3], [2, 0], [2, 1, 2]]

export const codes: fc.Arbitrary<Code> = fc.record({
  inputs: fc.array(fc.nat(inputShapes.length - 1), { minLength: 1, maxLength: 2 }),
  steps: fc.array(fc.tuple(fc.nat(9999), fc.nat(9999), fc.tuple(fc.nat(9999), fc.nat(9999), fc.nat(9999))), {
    minLength: 1,
    maxLength: 4,
  }),
  salt: fc.nat(999),
})

/** Runs a program on concrete or symbolic inputs. */
export function run({ steps }: Program, inputs: readonly Tensor[]): Tensor {
  const values = [...inputs]
  for (const { operation, params, operands } of steps) {
    const xs = operands.map((operand) => (operand instanceof Tensor ? operand : values[operand]!))
    values.push(engine.apply(operation, xs, params))
  }
  return values.at(-1)!
}

/** The steps of a program as lines of text, for failure messages. */
export function show({ inputs, steps }: Program): string {
  const name = (operand: number | Tensor): string =>
    operand instanceof Tensor ? `const[${operand.shape.join(',')}]` : `v${operand}`
  const head = inputs.map((x, i) => `v${i} = ${x.toString()}`)
  const body = steps.map(
    ({ operation, params, operands }, k) =>
      `v${inputs.length + k} = ${operation.name}(${operands.map(name).join(', ')}; ${JSON.stringify(params)})`,
  )
  return [...head, ...body].join('\n')
}

const LARGEST = 48
const { reshape, matmul, add, broadcastTo } = engine

export function decode(code: Code, operations: readonly AnyRecord[] = records): Program {
  const inputs = code.inputs.map((pick, i) => numbers(inputShapes[pick]!, code.salt + 17 * i))
  const values: Tensor[] = [...inputs]
  const steps: Step[] = []
  const push = (operation: AnyRecord, operands: readonly (number | Tensor)[], params: unknown): number => {
    const xs = operands.map((operand) => (operand instanceof Tensor ? operand : values[operand]!))
    steps.push({ operation, params, operands })
    return values.push(engine.apply(operation, xs, params)) - 1
  }
  const reshaped = (at: number, shape: Shape): number =>
    sameShape(values[at]!.shape, shape) ? at : push(recordOf(reshape), [at], shape)

  /** A value of the wanted shape that depends on value `at`. */
  const fitted = (at: number, shape: Shape, salt: number): number => {
    const x = values[at]!
    if (sameShape(x.shape, shape)) return at
    if (x.size === sizeOf(shape)) return reshaped(at, shape)
    if (salt % 2 === 0 && repeats(x.shape, shape)) return push(recordOf(broadcastTo), [at], shape)
    const mixing = numbers([x.size, sizeOf(shape)], salt)
    const sides = { transposeA: false, transposeB: false }
    return reshaped(push(recordOf(matmul), [reshaped(at, [1, x.size]), mixing], sides), shape)
  }

  for (const [pick, samplePick, picks] of code.steps) {
    const operation = operations[pick % operations.length]!
    const sample = operation.cases![samplePick % operation.cases!.length]!
    const wanted = picks.slice(0, sample.shapes.length).map((p) => p % values.length)
    while (wanted.length < sample.shapes.length) wanted.push(wanted.length % values.length)
    const asTheyAre = accepts(operation, wanted, values, sample)
    const shaped = asTheyAre ? wanted : wanted.map((at, i) => fitted(at, sample.shapes[i]!, samplePick + i))
    const moves = displacements(
      shaped.map((at) => values[at]!),
      operation,
      sample,
      code.salt + steps.length,
    )
    const operands = shaped.map((at, i) => (moves[i] ? push(recordOf(add), [at, moves[i]], undefined) : at))
    push(operation, operands, sample.params)
  }
  return { inputs, steps }
}

export function recordOf(f: unknown): AnyRecord {
  return (f as { operation: AnyRecord }).operation
}

function accepts(
  operation: AnyRecord,
  wanted: readonly number[],
  values: readonly Tensor[],
  { params }: Case<unknown>,
): boolean {
  try {
    const { shape } = operation.type(
      wanted.map((at) => values[at]!),
      params,
    )
    return sizeOf(shape) <= LARGEST
  } catch {
    return false
  }
}

function repeats(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length
  return lead >= 0 && from.every((n, axis) => n === 1 || n === to[lead + axis])
}

/** Constants that bring operands into the domain and away from kinks; nothing where they are well placed already. */
function displacements(
  xs: readonly Tensor[],
  operation: AnyRecord,
  { domain, kinks = [] }: Case<unknown>,
  salt: number,
): (Tensor | undefined)[] {
  const [low, high] = domain ?? (operation.kinks ? [-2, 2] : [-8, 8])
  const apart = operation.kinks !== undefined || kinks.length > 0
  const count = xs.reduce((n, x) => n + x.size, 0)
  const cells = [5, 11, 23, 67, 211, 1009].find((prime) => prime > count)!
  const width = (high - low) / cells
  let at = salt
  return xs.map((x) => {
    const data = allocate(x.dtype, x.size)
    let moved = false
    for (let j = 0; j < x.size; j++) {
      const value = x.data[j]!
      if (!apart && value >= low && value <= high) continue
      const turns = (value - low) / (high - low)
      const place = apart ? low + width * (((at++ * 3) % cells) + 0.3) : low + (high - low) * (turns - Math.floor(turns))
      data[j] = (apart ? beside(place, kinks, width) : place) - value
      moved = true
    }
    return moved ? new Tensor(data, x.shape, x.dtype) : undefined
  })
}

function beside(place: number, kinks: readonly number[], width: number): number {
  const near = kinks.find((kink) => Math.abs(place - kink) < 0.15 * width)
  return near === undefined ? place : place + (place < near ? -0.2 : 0.2) * width
}

const GOLDEN = 0.6180339887498949

/** Numbers in [-1.5, 1.5] without a pattern. */
export function numbers(shape: Shape, salt: number, dtype: DType = 'f64'): Tensor {
  const data = allocate(dtype, sizeOf(shape))
  for (let i = 0; i < data.length; i++) {
    const turn = (i + 1) * GOLDEN * (1 + (salt + 1) * GOLDEN)
    data[i] = 3 * (turn - Math.floor(turn)) - 1.5
  }
  return new Tensor(data, shape, dtype)
}
