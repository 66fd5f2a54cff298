/** Whatever a tape says, its compiled form gives the interpreter's bits. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocate, sizeOf, Tensor, type DType, type Shape } from '../../src/array/index.ts'
import * as engine from '../../src/index.ts'
import { Code, Program } from '../../src/run/index.ts'
import type { Plan } from '../../src/run/plan/index.ts'
import { batch, type Operation, type Tape } from '../../src/tape/index.ts'
import { agreeing, expectSame } from '../support/compiled.ts'
import { composites } from './composites.ts'
import {
  codes,
  constantsOf,
  decode,
  large,
  numbers,
  recorded,
  run,
  show,
  withConstants,
  type Ingredient,
  type Program as RandomProgram,
} from './programs.ts'
import type { Letter } from './properties.ts'

const { cast, clamp, elementwise, forward, host, interpret, mul, neg } = engine
const { record, reshape, reverse, scalar, scatterAdd, sub, take } = engine

/** A tape and arguments for it. */
type Case = readonly [tape: Tape, args: readonly Tensor[]]

const squareHost = host({
  name: 'squareHost',
  type: ([x]) => x!,
  call: ([x]) => x!.storage().map((value) => value * value),
  vjp: (_, cotangent, { inputs: [x] }) => mul(mul(2, x!), cotangent),
  jvp: (_, tangent, { inputs: [x] }) => mul(mul(2, x!), tangent),
})

let witnessed = 0
const witness = host({
  name: 'witness',
  type: ([x]) => x!,
  call: ([x]) => {
    witnessed++
    return x!.storage().slice()
  },
  vjp: (_, cotangent) => cotangent,
  jvp: (_, tangent) => tangent,
  effect: true,
})

const mish = elementwise('mish', 'x tanh(log(1 + e^x))', (x) =>
  scalar.mul(x, scalar.tanh(scalar.softplus(x))),
)

/** Indices below n that are not known before the tape runs. */
const indicesIn = (x: Tensor, n: number): Tensor => cast(clamp(mul(x, 2), 0, n - 1), 'i32')

const ofOne = (name: string, apply: (x: Tensor) => Tensor, ...shapes: Shape[]): Ingredient => ({
  name,
  choices: shapes.map((shape) => ({ name, shapes: [shape], apply: ([x]) => apply(x!) })),
})
const ofTwo = (name: string, apply: (x: Tensor, y: Tensor) => Tensor, ...shapes: Shape[]): Ingredient => ({
  name,
  choices: [{ name, shapes, apply: ([x, y]) => apply(x!, reshape(y!, [y!.size])) }],
})

const own: Ingredient[] = [
  ofOne('squareHost', squareHost, [3], [2, 2]),
  ofOne('witness', witness, [3], []),
  ofOne('mish', mish, [3]),
  ofTwo('takeComputed', (x, y) => take(x, indicesIn(y, x.shape[1]!), 1), [2, 3], [4]),
  ofTwo('scatterComputed', (x, y) => scatterAdd(x, indicesIn(y, 3), 3), [4, 2], [4]),
]
const everything = [...recorded, ...composites, ...own]
const anyDtype = everything.filter(({ name }) => name !== 'cast')

/** Derivatives by all inputs, forward and reverse, and batches of three. */
const transformed: Record<Letter, (of: Case, salt: number) => Case> = {
  R: ([tape, args], salt) => {
    const cotangents = tape.outputs.map((value, i) => like(tape, value, salt + i))
    return [reverse(tape, floats(tape)), [...args, ...cotangents]]
  },
  F: ([tape, args], salt) => {
    const tangents = floats(tape).map((i) => like(tape, tape.inputs[i]!, salt + i))
    return [forward(tape, floats(tape)), [...args, ...tangents]]
  },
  B: ([tape, args], salt) => {
    // Where there are several, the instances share the first.
    const stacked = tape.inputs.map((_, i) => i).slice(Math.min(1, tape.inputs.length - 1))
    const rows = args.map((x, i) => {
      if (!stacked.includes(i)) return x
      return x.dtype === 'i32' ? engine.stack([x, x, x]) : numbers([3, ...x.shape], salt + i, x.dtype)
    })
    return [batch(tape, stacked, 3).tape, rows]
  },
}

/** The word's first letter is the innermost. */
function transform(start: Case, word: readonly Letter[]): Case {
  return word.reduce((of, letter, i) => transformed[letter](of, 43 + 7 * i), start)
}

function floats({ types, inputs }: Tape): number[] {
  return inputs.flatMap((value, i) => (types[value]!.dtype === 'i32' ? [] : [i]))
}

function like({ types }: Tape, value: number, salt: number): Tensor {
  const { shape, dtype } = types[value]!
  return numbers(shape, salt, dtype)
}

function single(program: RandomProgram): RandomProgram {
  const round = (x: Tensor): Tensor => cast(x, 'f32')
  return { ...withConstants(program, constantsOf(program).map(round)), inputs: program.inputs.map(round) }
}

/** How often the tests have met what they are about. */
const met = new Map<string, number>()
const meet = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1)

function meetAll({ steps, summary }: Plan): void {
  for (const step of steps) {
    if (step.kind === 'map' || step.kind === 'reduce') {
      const size = sizeOf(step.shape)
      meet(
        `${step.kind} ${step.dtype} ${size < 16 ? 'short' : size % 4 === 0 ? 'of vectors' : 'with a tail'}`,
      )
    } else if (step.kind === 'matmul') {
      meet(`matmul${step.inLanes ? ' in lanes' : ''}${step.epilogue ? ' with maps' : ''}`)
    } else meet(step.kind)
  }
  if (summary.intoReductions > 0) meet('map into reduction')
  if (summary.inPlace > 0) meet('in place')
}

const words = fc.array(fc.constantFrom<Letter>('F', 'R', 'B'), { maxLength: 3 })

test.each([
  { name: 'small, f64', runs: 800, ingredients: everything },
  { name: 'small, f32', runs: 400, ingredients: anyDtype, finish: single },
  { name: 'large, f64', runs: 400, ingredients: everything, sizes: large },
  { name: 'large, f32', runs: 400, ingredients: anyDtype, sizes: large, finish: single },
])(
  '$runs random programs, transformed up to three times: $name',
  { timeout: 240_000 },
  ({ runs, ingredients, sizes, finish = (program) => program }) => {
    fc.assert(
      fc.property(codes, words, (code, word) => {
        const program = finish(decode(code, ingredients, sizes))
        const start: Case = [record((...xs) => run(program, xs), ...program.inputs), program.inputs]
        const before = witnessed
        try {
          const [tape, args] = transform(start, word)
          meetAll(agreeing(tape, args).code.plan)
        } catch (error) {
          throw new Error(`${word.join('')} of\n${show(program)}`, { cause: error })
        }
        // Once interpreted, twice compiled.
        expect((witnessed - before) % 3).toBe(0)
        meet(word.length < 3 ? `nested ${word.join('')}` : 'nested three times')
        if (run(program, program.inputs).size === 0) meet('no elements')
        for (const [pick] of code.steps) meet(ingredients[pick % ingredients.length]!.name)
      }),
      { numRuns: runs },
    )
  },
)

test('nothing has vanished from the random programs', () => {
  const kinds = ['map', 'reduce'].flatMap((kind) =>
    ['f64', 'f32'].flatMap((dtype) =>
      ['short', 'of vectors', 'with a tail'].map((size) => `${kind} ${dtype} ${size}`),
    ),
  )
  const products = ['matmul', 'matmul in lanes', 'matmul with maps']
  const others = ['no elements', 'move', 'gather', 'host', 'map into reduction', 'in place']
  const nests = ['', 'R', 'F', 'B', 'RR', 'RF', 'RB', 'BR', 'three times'].map((word) => `nested ${word}`)
  const names = everything.map(({ name }) => name)
  for (const what of [...kinds, ...products, ...others, ...nests, ...names])
    expect({ what, often: (met.get(what) ?? 0) >= 10 }).toEqual({ what, often: true })
})

test('the comparison sees the sign of a zero', () => {
  const x = numbers([40], 1)
  const tape = record((a) => sub(a, a), x)
  const program = new Program(new Code(tape))
  const expected = interpret(
    record((a) => neg(sub(a, a)), x),
    [x],
  )
  expect(() => expectSame(program.run(tape, [x]), expected)).toThrow('expected -0, got 0')
})

/** Every operation at the points that its own record names, with its integers. */
const operations = Object.values(engine).flatMap((f) =>
  typeof f === 'function' && 'operation' in f ? [f.operation as Operation<unknown>] : [],
)

test.each(operations)(
  '$name: all of its cases, in every dtype that it takes, and derivatives',
  (operation) => {
    for (const { shapes, params, integers = {} } of operation.cases!) {
      for (const dtype of ['f64', 'f32', 'i32'] as const) {
        const args = shapes.map((shape, i) => {
          if (integers[i]) return new Tensor(Int32Array.from(integers[i]), shape, 'i32')
          return dtype === 'i32' ? cast(mul(numbers(shape, i), 100), 'i32') : numbers(shape, i, dtype)
        })
        const tape = refusable(() => record((...xs) => engine.apply(operation, xs, params), ...args))
        if (!tape) continue
        agreeing(tape, args)
        if (dtype === 'i32' || tape.types[tape.outputs[0]!]!.dtype === 'i32') continue
        for (const word of [['R'], ['F'], ['B'], ['R', 'R'], ['R', 'F', 'B']] as Letter[][])
          agreeing(...transform([tape, args], word))
      }
    }
  },
)

/** Nothing where an operation does not take a dtype. */
function refusable<T>(f: () => T): T | undefined {
  try {
    return f()
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

const extremes = [0, -0, 1, -1, 0.5, -2.5, Infinity, -Infinity, NaN, 5e-324, -1e-310, 1e-40, 1e308, -3e38]
const odd = [...extremes, 709.8, -745.2, 88.8, -103.9, 1 / 3, 1e16, -4503599627370497, 2 ** 31, -(2 ** 31), 7]

/** All pairs and triples of them would be too many: every operand walks through them at its own pace. */
function extremeNumbers(count: number, pace: number, dtype: DType): Tensor {
  const data = allocate(dtype, count)
  for (let i = 0; i < count; i++) data[i] = odd[(i * pace + Math.floor(i / odd.length)) % odd.length]!
  return new Tensor(data, [count], dtype)
}

const maps = operations.filter((operation) => {
  const types = operation.cases![0]!.shapes.map((shape) => ({ shape, dtype: 'f64' as const }))
  return operation.kernel(types, operation.cases![0]!.params).kind === 'map' && operation.name !== 'cast'
})

test.each(maps)(
  '$name of infinities, NaN, zeros, subnormal and huge numbers, and derivatives',
  (operation) => {
    const arity = operation.cases![0]!.shapes.length
    const { params } = operation.cases![0]!
    for (const dtype of ['f64', 'f32', 'i32'] as const) {
      for (const count of [37, 600]) {
        const args = Array.from({ length: arity }, (_, i) => extremeNumbers(count, 1 + 2 * i, dtype))
        const tape = refusable(() => record((...xs) => engine.apply(operation, xs, params), ...args))
        if (!tape) continue
        agreeing(tape, args)
        if (dtype !== 'i32') agreeing(...transform([tape, args], ['R']))
      }
    }
  },
)

test.each(['f64', 'f32', 'i32'] as const)('casts from %s of extreme numbers', (from) => {
  for (const to of ['f64', 'f32', 'i32'] as const) {
    const x = extremeNumbers(131, 1, from)
    agreeing(
      record((y) => cast(y, to), x),
      [x],
    )
  }
})
