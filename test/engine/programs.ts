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
import type { Operation } from '../../src/tape/index.ts'

/** Something a step can do, with one choice of parameters. */
export interface Choice {
  readonly name: string
  /** Shapes of operands that it takes for certain. */
  readonly shapes: readonly Shape[]
  readonly apply: (xs: readonly Tensor[]) => Tensor
  readonly domain?: readonly [number, number]
  /** Given when it has kinks: elements keep away from these, from each other and from each other's mirror images. */
  readonly kinks?: readonly number[]
}

/** An operation of the library under its name. */
export interface Ingredient {
  readonly name: string
  readonly choices: readonly Choice[]
}

/** An operand is the number of an earlier value, inputs first, or a constant. */
export interface Step {
  readonly choice: Choice
  readonly operands: readonly (number | Tensor)[]
}

export interface Program {
  /** The point at which the program was built. */
  readonly inputs: readonly Tensor[]
  readonly steps: readonly Step[]
  /** The number of the value that the program returns. */
  readonly output: number
}

/** What a program is decoded from: shapes of inputs; operation, choice and operands of every step. */
export interface Code {
  readonly inputs: readonly number[]
  readonly steps: readonly (readonly [ingredient: number, choice: number, operands: readonly number[]])[]
  readonly salt: number
}

/** An operation as its record tells it: its cases are the choices. */
export function fromRecord<P>(operation: Operation<P>): Ingredient {
  const { name, cases = [], kinks: convention } = operation
  const choices = cases.map(({ shapes, params, domain, kinks = [] }): Choice => {
    const apart = convention !== undefined || kinks.length > 0
    return {
      name: params === undefined ? name : `${name} ${JSON.stringify(params)}`,
      shapes,
      apply: (xs) => engine.apply(operation, xs, params),
      ...(domain && { domain }),
      ...(apart && { kinks }),
    }
  })
  return { name, choices }
}

/** All operations that the library exports with their records, except selections by integers. */
export const recorded: readonly Ingredient[] = Object.values(engine).flatMap((f) => {
  if (typeof f !== 'function' || !('operation' in f)) return []
  const operation = f.operation as Operation<unknown>
  return operation.differentiable?.includes(false) ? [] : [fromRecord(operation)]
})

const inputShapes: readonly Shape[] = [
  [3],
  [],
  [2, 2],
  [2],
  [3, 1],
  [2, 3],
  [1],
  [4],
  [1, 3],
  [2, 1, 2],
  [0],
  [2, 0],
]

export const codes: fc.Arbitrary<Code> = fc.record({
  inputs: fc.array(fc.nat(inputShapes.length - 1), { minLength: 1, maxLength: 2 }),
  steps: fc.array(fc.tuple(fc.nat(9999), fc.nat(9999), fc.tuple(fc.nat(9999), fc.nat(9999), fc.nat(9999))), {
    minLength: 2,
    maxLength: 4,
  }),
  salt: fc.nat(999),
})

/** Runs a program on concrete or symbolic inputs. */
export function run({ steps, output }: Program, inputs: readonly Tensor[]): Tensor {
  const values = [...inputs]
  for (const { choice, operands } of steps) values.push(choice.apply(valuesOf(operands, values)))
  return values[output]!
}

function valuesOf(operands: readonly (number | Tensor)[], values: readonly Tensor[]): Tensor[] {
  return operands.map((operand) => (operand instanceof Tensor ? operand : values[operand]!))
}

/** The constants of a program, and the program with others in their places. */
export function constantsOf({ steps }: Program): Tensor[] {
  return steps.flatMap(({ operands }) => operands.filter((operand) => operand instanceof Tensor))
}

export function withConstants(program: Program, constants: readonly Tensor[]): Program {
  let next = 0
  const steps = program.steps.map(({ choice, operands }) => ({
    choice,
    operands: operands.map((operand) => (operand instanceof Tensor ? constants[next++]! : operand)),
  }))
  return { ...program, steps }
}

/** The steps of a program as lines of text, for failure messages. */
export function show({ inputs, steps, output }: Program): string {
  const name = (operand: number | Tensor): string =>
    operand instanceof Tensor ? `const[${operand.shape.join(',')}]` : `v${operand}`
  const head = inputs.map((x, i) => `v${i} = ${x.toString()}`)
  const body = steps.map(
    ({ choice, operands }, k) => `v${inputs.length + k} = ${choice.name} (${operands.map(name).join(', ')})`,
  )
  return [...head, ...body, `return v${output}`].join('\n')
}

/** Results of these carry no derivative; programs use them, but do not end in them. */
const flat = new Set(['sign', 'floor', 'less', 'lessOrEqual', 'equal', 'heaviside'])
const { reshape, matmul, add, broadcastTo } = engine

const reshaping = (shape: Shape): Choice => ({
  name: `reshape [${shape.join(',')}]`,
  shapes: [shape],
  apply: ([x]) => reshape(x!, shape),
})
const repeating = (shape: Shape): Choice => ({
  name: `broadcastTo [${shape.join(',')}]`,
  shapes: [shape],
  apply: ([x]) => broadcastTo(x!, shape),
})
const mixing: Choice = { name: 'matmul', shapes: [], apply: ([x, matrix]) => matmul(x!, matrix!) }
const moving: Choice = { name: 'add', shapes: [], apply: ([x, by]) => add(x!, by!) }

/** What inputs look like, and how many elements a value may have that an operation takes as it is. */
export interface Sizes {
  readonly shapes: readonly Shape[]
  readonly largest: number
}

const small: Sizes = { shapes: inputShapes, largest: 32 }
/** So long that vector loops run, with and without tails. */
export const large: Sizes = {
  shapes: [[17], [33], [100], [3, 17], [5, 1, 8], [16, 2], [7, 9], [0, 5], [64], [2, 33]],
  largest: 512,
}

/** The program that a code stands for. */
export function decode(
  code: Code,
  ingredients: readonly Ingredient[],
  { shapes, largest }: Sizes = small,
): Program {
  const inputs = code.inputs.map((pick, i) => numbers(shapes[pick % shapes.length]!, code.salt + 17 * i))
  const values: Tensor[] = [...inputs]
  const steps: Step[] = []
  let latest = 0
  const push = (choice: Choice, ...operands: (number | Tensor)[]): number => {
    steps.push({ choice, operands })
    return values.push(choice.apply(valuesOf(operands, values))) - 1
  }
  const reshaped = (at: number, shape: Shape): number =>
    sameShape(values[at]!.shape, shape) ? at : push(reshaping(shape), at)

  /** A value of the wanted shape that depends on value `at`. */
  const fitted = (at: number, shape: Shape, salt: number): number => {
    const x = values[at]!
    if (x.size === sizeOf(shape)) return reshaped(at, shape)
    if (salt % 2 === 0 && repeats(x.shape, shape)) return push(repeating(shape), at)
    const row = reshaped(at, [1, x.size])
    return reshaped(push(mixing, row, numbers([x.size, sizeOf(shape)], salt)), shape)
  }

  for (const [pick, choicePick, picks] of code.steps) {
    const { name, choices } = ingredients[pick % ingredients.length]!
    const choice = choices[choicePick % choices.length]!
    // Two times in three the latest value through which derivatives flow, so that programs get deep.
    const wanted = choice.shapes.map((_, i) => {
      const operand = picks[i % picks.length]!
      return operand % 3 === 0 ? Math.floor(operand / 3) % values.length : latest
    })
    const asTheyAre = accepts(choice, valuesOf(wanted, values), largest)
    const shaped = asTheyAre ? wanted : wanted.map((at, i) => fitted(at, choice.shapes[i]!, choicePick + i))
    const moves = displacements(valuesOf(shaped, values), choice, code.salt + steps.length)
    const result = push(choice, ...shaped.map((at, i) => (moves[i] ? push(moving, at, moves[i]) : at)))
    if (!flat.has(name)) latest = result
  }
  return { inputs, steps, output: latest }
}

function accepts(choice: Choice, xs: readonly Tensor[], largest: number): boolean {
  try {
    return choice.apply(xs).size <= largest
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
  { domain, kinks }: Choice,
  salt: number,
): (Tensor | undefined)[] {
  const [low, high] = domain ?? [-2, 2]
  const count = xs.reduce((n, x) => n + x.size, 0)
  const cells = [5, 11, 23, 67, 211, 1009, 3001].find((prime) => prime > count)!
  const width = (high - low) / cells
  let at = salt
  return xs.map((x) => {
    const data = allocate(x.dtype, x.size)
    let moved = false
    for (let j = 0; j < x.size; j++) {
      const value = x.data[j]!
      if (!kinks && value >= low && value <= high) continue
      const turns = (value - low) / (high - low)
      const place = kinks
        ? beside(low + width * (((at++ * 3) % cells) + 0.3), kinks, width)
        : low + (high - low) * (turns - Math.floor(turns))
      data[j] = place - value
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
