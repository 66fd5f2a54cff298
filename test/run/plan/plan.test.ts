import { describe, expect, test } from 'vitest'
import { allocate, sizeOf, Tensor, tensor } from '../../../src/array/index.ts'
import {
  abs,
  add,
  broadcastTo,
  cast,
  concatenate,
  conv2d,
  crossEntropy,
  div,
  equal,
  exp,
  host,
  interpret,
  matmul,
  maxPool2d,
  mul,
  pad,
  record,
  relu,
  reshape,
  reverse,
  sin,
  slice,
  sub,
  sum,
  take,
  tanh,
  transpose,
  valueAndGrad,
} from '../../../src/index.ts'
import { plan, type Plan, type PlanOptions } from '../../../src/run/plan/index.ts'
import type { Tape } from '../../../src/tape/index.ts'
import { numbers } from '../../engine/programs.ts'
import { Arena } from '../../support/plan-runner.ts'

/** The plan of a function, after a run that gave the interpreter's bits. */
function planned(
  f: (...xs: Tensor[]) => Tensor | Tensor[],
  args: readonly Tensor[],
  options?: PlanOptions,
): Plan {
  return checked(record(f, ...args), args, options)
}

function checked(tape: Tape, args: readonly Tensor[], options?: PlanOptions): Plan {
  const made = plan(tape, options)
  const got = new Arena(made).run(tape, args)
  interpret(tape, args).forEach((y, j) => {
    expect(got[j]!.shape).toEqual(y.shape)
    expect([...got[j]!.data]).toEqual([...y.data])
  })
  return made
}

const at = ({ buffer }: { readonly buffer: number }): number => buffer
const kinds = ({ steps }: Plan): string => steps.map(({ kind }) => kind).join(' ')
const x = numbers([4, 6], 1)
const y = numbers([4, 6], 2)
const row = numbers([6], 3)
const f32 = (...shape: number[]): Tensor => numbers(shape, shape.length, 'f32')

describe('the graph', () => {
  test('what repeats is done once, and what nothing needs not at all', () => {
    const tape = record((a) => [add(sin(a), mul(sin(a), sin(a))), cast(a, 'f64')], x)
    const { summary, results } = checked({ ...tape, outputs: tape.outputs.slice(0, 1) }, [x])
    expect(summary).toMatchObject({ instructions: 5, repeated: 2, unused: 0 })
    expect(results).toHaveLength(1)
    const idle = record((a) => [sin(a), exp(a)], x)
    expect(checked({ ...idle, outputs: idle.outputs.slice(1) }, [x]).summary.unused).toBe(1)
  })

  test('constants are told apart, whatever their elements', () => {
    const tape = record((a) => add(mul(a, tensor([2])), mul(a, tensor([2]))), x)
    const made = checked(tape, [x])
    expect(made.constants).toHaveLength(2)
    const others = new Map([...tape.constants.keys()].map((value, i) => [value, tensor([i])]))
    const other = { ...tape, constants: others }
    expect(new Arena(made).run(other, [x])[0]!.data).toEqual(interpret(other, [x])[0]!.data)
  })

  test('host functions are called in order, as often as they stand there', () => {
    const calls: string[] = []
    const tell = (name: string, effect: boolean): ((a: Tensor) => Tensor) =>
      host({ name, type: ([a]) => a!, call: ([a]) => (calls.push(name), a!.storage().slice()), effect })
    const [one, two] = [tell('one', true), tell('two', false)]
    const made = planned((a) => (one(a), add(two(a), two(relu(a)))), [x])
    expect(kinds(made)).toBe('host host map host map')
    expect(calls.slice(0, 3)).toEqual(['one', 'two', 'two'])
  })
})

describe('views', () => {
  test('transposes, broadcasts, slices and reshapes copy nothing where maps and products read them', () => {
    const made = planned(
      (a, b, c) => {
        const left = slice(reshape(transpose(a), [3, 2, 4]), [null, 0, [null, null, -1]])
        return matmul(
          broadcastTo(c, [5, 6]),
          mul(reshape(transpose(b), [6, 4]), broadcastTo(sum(left, 0), [6, 4])),
        )
      },
      [x, y, row],
    )
    expect(kinds(made)).toBe('reduce map matmul')
    expect(made.summary).toMatchObject({ views: 7, copies: 0 })
  })

  test('results are whole, and what a move joins is written once', () => {
    expect(kinds(planned((a) => transpose(a), [x]))).toBe('move')
    expect(kinds(planned((a) => [transpose(a), add(transpose(a), 1)], [x]))).toBe('map move')
    const joined = planned((a, b) => concatenate([transpose(a), transpose(b)], 1), [x, y])
    expect(joined.steps).toMatchObject([{ kind: 'move', clear: false, add: false }])
    expect(planned((a) => pad(a, [1, 0]), [x]).steps).toMatchObject([{ kind: 'move', clear: true }])
  })

  test('results may lie in arguments and constants, and twice at one place', () => {
    const made = planned((a) => [a, reshape(a, [24]), slice(a, [[1, 3]]), row, exp(a), exp(a)], [x])
    const [argument] = made.arguments
    expect(kinds(made)).toBe('map')
    expect(made.results.slice(0, 3).map(({ buffer }) => buffer)).toEqual([0, 0, 0].fill(argument!.buffer))
    expect(made.results[2]!.offset).toBe(6)
    expect(made.results[3]).toEqual(made.constants[0]!.view)
    expect(made.results[4]).toEqual(made.results[5])
  })

  test('a product of a transposed matrix reads it where it lies, in the order that the tape says', () => {
    const vector = numbers([6], 4)
    const made = planned(
      (a, b, v) => [matmul(transpose(a), b), matmul(a, v), matmul(v, transpose(a))],
      [x, y, vector],
    )
    expect(made.steps).toMatchObject([
      { kind: 'matmul', inLanes: false, a: { row: 1, column: 6 } },
      { kind: 'matmul', inLanes: true, m: 4, n: 1 },
      { kind: 'matmul', inLanes: false, m: 1, n: 4, b: { row: 1, column: 6 } },
    ])
  })
})

describe('fusion', () => {
  test('maps into maps, and their value stays in a register where others need it', () => {
    const chain = planned((a, b) => tanh(mul(exp(a), b)), [x, y])
    expect(kinds(chain)).toBe('map')
    const shared = planned(
      (a, b) => {
        const e = exp(a)
        return [e, mul(e, b), tanh(e)]
      },
      [x, y],
    )
    expect(kinds(shared)).toBe('map')
    expect(shared.steps).toMatchObject([{ inputs: [{}, {}], outputs: [{}, {}, {}] }])
  })

  test('what repeats is computed once if it is expensive', () => {
    expect(kinds(planned((a, b) => add(a, exp(b)), [x, row]))).toBe('map map')
    expect(kinds(planned((a, b) => add(a, mul(b, 2)), [x, row]))).toBe('map')
    expect(kinds(planned((a, b) => add(a, div(b, 3)), [x, row]))).toBe('map map')
  })

  test('integers and casts stay apart', () => {
    expect(kinds(planned((a) => abs(cast(equal(cast(a, 'i32'), 0), 'f32')), [f32(1, 3)]))).toBe(
      'map map map map',
    )
  })

  test('maps into reductions, as long as the order of terms is kept', () => {
    expect(kinds(planned((a, b) => sum(mul(a, b)), [x, y]))).toBe('reduce')
    expect(kinds(planned((a, b) => sum(exp(mul(a, b)), 0), [x, y]))).toBe('reduce')
    // Two axes with a break between them, in lanes, and rows of 6.
    expect(kinds(planned((a, b) => sum(mul(a, b)), [x, row]))).toBe('map reduce')
    expect(kinds(planned((a, b) => sum(mul(a, b)), [numbers([3, 8], 1), numbers([8], 2)]))).toBe('reduce')
    // Its value is needed elsewhere, and too expensive to be computed twice.
    expect(kinds(planned((a) => [sum(exp(a)), exp(a)], [x]))).toBe('map reduce')
  })

  test('bias and activation into products', () => {
    const made = planned(
      (a, w, b) => relu(add(matmul(a, w, { transposeB: true }), b)),
      [x, numbers([5, 6], 4), numbers([5], 5)],
    )
    expect(made.steps).toMatchObject([{ kind: 'matmul', epilogue: { inputs: [{}, {}] } }])
    const { epilogue, c } = made.steps[0] as Extract<Plan['steps'][number], { kind: 'matmul' }>
    expect(epilogue!.outputs[0]!.into.buffer).toBe(c.buffer)
    // A product is only overwritten by what reads it in order.
    expect(kinds(planned((a, b) => transpose(exp(transpose(matmul(a, transpose(b))))), [x, y]))).toBe(
      'matmul map move',
    )
  })

  test('no loop grows without bound', () => {
    const long = planned((a) => Array.from({ length: 60 }).reduce<Tensor>((v) => sin(v), a), [x])
    expect(long.steps.length).toBeGreaterThan(4)
    const wide = planned(
      (...xs) => xs.reduce((a, b) => add(a, b)),
      Array.from({ length: 40 }, (_, i) => numbers([9], i)),
    )
    for (const step of wide.steps) expect(step).toMatchObject({ kind: 'map' })
    expect(wide.steps.length).toBeGreaterThan(3)
  })
})

describe('memory', () => {
  test('buffers are aligned, and padded so that vectors may be read at their last elements', () => {
    const made = planned((a, b) => [sum(matmul(a, transpose(b)), 0), tanh(a)], [x, y])
    for (const buffer of made.buffers) expect([buffer.at % 64, buffer.bytes % 64]).toEqual([0, 0])
    for (const view of [...made.arguments, ...made.results]) {
      const size = sizeOf(view.shape) * 8
      expect(made.buffers[view.buffer]!.bytes).toBeGreaterThanOrEqual(size + 8)
    }
    const ends = made.buffers.map((buffer) => buffer.at + buffer.bytes)
    expect(Math.max(...ends)).toBe(made.bytes)
  })

  test('a long chain needs no more memory than a short one', () => {
    const chain = (length: number): Plan =>
      planned(
        (a) => Array.from({ length }).reduce<Tensor>((v) => tanh(matmul(v, v)), a),
        [numbers([9, 9], 1)],
      )
    expect(chain(20).bytes).toBe(chain(3).bytes)
  })

  test('results take over donated arguments', () => {
    const w = numbers([6, 6], 4)
    const step = (a: Tensor, b: Tensor): Tensor[] => [sub(a, mul(matmul(b, a), 0.1)), add(b, 1), sum(b)]
    const kept = planned(step, [w, w])
    expect(kept.results.every(({ buffer }) => kept.buffers[buffer]!.role === 'result')).toBe(true)
    // Both are updated where they lie, the second after the sum has read it; the product reads the first one's rows again and again.
    const made = planned(step, [w, w], { donate: [0, 1] })
    expect(made.results.slice(0, 2).map(at)).toEqual(made.arguments.map(at))
    expect(kinds(made)).toBe('matmul map reduce map')
  })

  test('an argument that is given back, or twice, or in part', () => {
    const made = planned((a, b) => [a, a, slice(b, [[0, 2]])], [x, y], { donate: [0, 1] })
    const buffers = made.results.map(({ buffer }) => buffer)
    expect(buffers[0]).toBe(made.arguments[0]!.buffer)
    expect(new Set(buffers).size).toBe(3)
    expect(buffers).not.toContain(made.arguments[1]!.buffer)
  })
})

test('nothing to do, and sums of nothing', () => {
  const none = numbers([0, 3], 1)
  expect(
    kinds(planned((a) => [exp(a), matmul(a, transpose(a)), take(a, tensor([], [0], 'i32'), 1)], [none])),
  ).toBe('')
  expect(planned((a) => [sum(a, 0), matmul(transpose(a), a)], [none]).steps).toMatchObject([
    { kind: 'move', clear: true, pieces: [] },
    { kind: 'move', clear: true, pieces: [] },
  ])
  expect(kinds(planned((a) => exp(concatenate([a, x], 0)), [numbers([0, 6], 1)]))).toBe('map')
  expect(() => planned((a) => take(a, tensor([7], undefined, 'i32')), [none])).toThrow(
    'take: expected indices',
  )
})

describe('networks', () => {
  const net = (w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, input: Tensor, labels: Tensor): Tensor => {
    const hidden = relu(add(matmul(input, w1, { transposeB: true }), b1))
    return crossEntropy(add(matmul(hidden, w2, { transposeB: true }), b2), labels)
  }
  const parameters = [f32(7, 9), f32(7), f32(3, 7), f32(3)]
  const labels = new Tensor(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0.5, 0), [4, 3], 'f32')

  test('a training step overwrites its parameters', () => {
    const step = (...all: Tensor[]): Tensor[] => {
      const [input, wanted] = all.slice(4) as [Tensor, Tensor]
      const loss = ([w1, b1, w2, b2]: Tensor[]): Tensor => net(w1!, b1!, w2!, b2!, input, wanted)
      const { value, gradient } = valueAndGrad<Tensor[], []>(loss)(all.slice(0, 4))
      return [...all.slice(0, 4).map((p, i) => sub(p, mul(gradient[i]!, 0.1))), value]
    }
    const made = planned(step, [...parameters, f32(4, 9), labels], { donate: [0, 1, 2, 3] })
    expect(made.results.slice(0, 4).map(at)).toEqual(made.arguments.slice(0, 4).map(at))
    expect(made.summary).toMatchObject({ copies: 0, intoProducts: 4 })
  })

  test('convolutions: the windows are laid out, those of pooling are not', () => {
    const convolutional = (k: Tensor, c: Tensor, w: Tensor, images: Tensor, wanted: Tensor): Tensor => {
      const maps = maxPool2d(relu(add(conv2d(images, k), reshape(c, [1, 2, 1, 1]))), 2)
      return crossEntropy(matmul(reshape(maps, [4, 18]), w), wanted)
    }
    const args = [f32(2, 1, 3, 3), f32(2), f32(18, 3), f32(4, 1, 8, 8), labels]
    const tape = record(convolutional, ...args)
    expect(kinds(checked(tape, args))).toMatch(/^move matmul reduce matmul /)
    const one = new Tensor(allocate('f32', 1).fill(1), [], 'f32')
    const gradients = checked(reverse(tape, [0, 1, 2]), [...args, one])
    expect(gradients.summary).toMatchObject({ copies: 1, intoProducts: 1 })
  })
})
