/**
 * Runs a plan the slow way: one block of memory, the steps in order, every number through the interpreter's kernels. Loops run in pieces
 * and write as they go, so that a plan that lets values share memory wrongly gives wrong numbers. What nothing has written to reads as NaN,
 * or as -1 where it is an integer.
 */
import { allocate, bytesPerElement, sizeOf, stridesOf, Tensor, type Data } from '../../src/array/index.ts'
import type { Tape } from '../../src/tape/index.ts'
import { evaluate } from '../../src/run/index.ts'
import type {
  GatherStep,
  HostStep,
  MapStep,
  Matrices,
  MatmulStep,
  MoveStep,
  Plan,
  ReduceStep,
  View,
} from '../../src/run/plan/index.ts'

type Place = Pick<View, 'buffer' | 'dtype'>

export class Arena {
  readonly plan: Plan
  readonly #bytes: Uint8Array

  constructor(plan: Plan) {
    this.plan = plan
    this.#bytes = new Uint8Array(plan.bytes)
  }

  /** Everything is overwritten with garbage first, unless the arguments of the run before are asked to be kept. */
  run(tape: Tape, args: readonly Tensor[], keepArguments = false): Tensor[] {
    const { plan } = this
    this.#poison(keepArguments ? ['temporary', 'result'] : ['temporary', 'result', 'argument', 'constant'])
    if (!keepArguments) {
      plan.arguments.forEach((view, i) => this.write(view, args[i]!.storage()))
      for (const { value, view } of plan.constants) this.write(view, tape.constants.get(value)!.storage())
    }
    for (const step of plan.steps) {
      if (step.kind === 'map') this.#map(step, 0, sizeOf(step.shape))
      else if (step.kind === 'reduce') this.#reduce(step)
      else if (step.kind === 'matmul') this.#matmul(step)
      else if (step.kind === 'move') this.#move(step)
      else if (step.kind === 'gather') this.#gather(step)
      else this.#host(step, tape)
    }
    return plan.results.map((view) => new Tensor(this.read(view), view.shape, view.dtype))
  }

  #poison(roles: readonly string[]): void {
    const kept = this.plan.buffers.filter(({ role }) => !roles.includes(role))
    const saved = kept.map(({ at, bytes }) => this.#bytes.slice(at, at + bytes))
    this.#bytes.fill(0xff)
    kept.forEach(({ at }, i) => this.#bytes.set(saved[i]!, at))
  }

  #window({ buffer, dtype }: Place): Data {
    const { at, bytes } = this.plan.buffers[buffer]!
    const count = bytes / bytesPerElement[dtype]
    const { buffer: memory } = this.#bytes
    if (dtype === 'f64') return new Float64Array(memory, at, count)
    return dtype === 'f32' ? new Float32Array(memory, at, count) : new Int32Array(memory, at, count)
  }

  /** The elements of a view. */
  read(view: View): Data {
    return this.#pick(view, view.dtype, addressesOf(view))
  }

  write(view: View, data: Data): void {
    const window = this.#window(view)
    addressesOf(view).forEach((address, i) => (window[inside(address, window)] = data[i]!))
  }

  #pick(place: Pick<View, 'buffer'>, dtype: View['dtype'], addresses: readonly number[]): Data {
    const window = this.#window({ ...place, dtype })
    const out = allocate(dtype, addresses.length)
    addresses.forEach((address, i) => (out[i] = window[inside(address, window)]!))
    return out
  }

  #map({ dtype, inputs, outputs }: MapStep, from: number, to: number): void {
    const sources = inputs.map((view) => addressesOf(view))
    const targets = outputs.map(({ into }) => addressesOf(into))
    const chunk = Math.max(1, Math.ceil((to - from) / 3))
    for (let start = from; start < to; start += chunk) {
      const end = Math.min(to, start + chunk)
      const shape = [end - start]
      const xs = inputs.map(
        (view, i) =>
          new Tensor(this.#pick(view, view.dtype, sources[i]!.slice(start, end)), shape, view.dtype),
      )
      const ys = outputs.map(({ expression }) => evaluate({ kind: 'map', expression }, xs, { dtype, shape }))
      ys.forEach((y, i) => {
        const window = this.#window(outputs[i]!.into)
        const addresses = targets[i]!.slice(start, end)
        addresses.forEach((address, j) => (window[inside(address, window)] = y.data[j]!))
      })
    }
  }

  #reduce(step: ReduceStep): void {
    const { shape, axes, dtype, inputs, expression, combine, output } = step
    const strides = stridesOf(shape)
    const loops = (chosen: readonly number[]): number[] =>
      addressesOf({
        shape: chosen.map((axis) => shape[axis]!),
        offset: 0,
        strides: chosen.map((axis) => strides[axis]!),
      })
    const terms = loops(axes)
    const sources = inputs.map((view) => addressesOf(view))
    const window = this.#window(output)
    const targets = addressesOf(output)
    const inLanes = axes.at(-1) === shape.length - 1
    loops(shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))).forEach((base, i) => {
      const xs = inputs.map((view, j) => {
        const addresses = terms.map((term) => sources[j]![base + term]!)
        return new Tensor(this.#pick(view, view.dtype, addresses), [terms.length], view.dtype)
      })
      const list = { dtype, shape: [terms.length] }
      const values = evaluate({ kind: 'map', expression }, xs, list)
      const column = new Tensor(values.storage(), inLanes ? list.shape : [terms.length, 1], dtype)
      const y = evaluate({ kind: 'reduce', combine, axes: [0] }, [column], {
        dtype,
        shape: inLanes ? [] : [1],
      })
      window[inside(targets[i]!, window)] = y.data[0]!
    })
  }

  /** Row by row, each followed by its epilogue. */
  #matmul({ dtype, inLanes, batch, m, k, n, a, b, c, epilogue, workspace }: MatmulStep): void {
    if (workspace !== undefined) this.#window({ buffer: workspace, dtype: 'i32' }).fill(-1)
    const dense = (
      side: Matrices,
      t: number,
      shape: [number, number],
      rows: number,
      columns: number,
    ): Tensor => {
      const offset = side.offset + t * side.batch
      const strides = [rows, columns]
      return new Tensor(this.#pick(side, dtype, addressesOf({ shape, offset, strides })), shape, dtype)
    }
    const window = this.#window(c)
    for (let t = 0; t < batch; t++) {
      for (let i = 0; i < m; i++) {
        const left = { ...a, offset: a.offset + i * a.row }
        // One row: in lanes as a row that meets the rows of Bᵀ, else as a column that is stored transposed.
        const y = inLanes
          ? evaluate(
              { kind: 'matmul', transposeA: false, transposeB: true },
              [dense(left, t, [1, k], a.row, a.column), dense(b, t, [n, k], b.column, b.row)],
              { dtype, shape: [1, n] },
            )
          : evaluate(
              { kind: 'matmul', transposeA: true, transposeB: false },
              [dense(left, t, [k, 1], a.column, a.row), dense(b, t, [k, n], b.row, b.column)],
              { dtype, shape: [1, n] },
            )
        const row = (t * m + i) * n
        for (let j = 0; j < n; j++) window[inside(c.offset + row + j, window)] = y.data[j]!
        if (epilogue) this.#map(epilogue, row, row + n)
      }
    }
  }

  #move({ dtype, add, clear, pieces, output }: MoveStep): void {
    const window = this.#window(output)
    if (clear) for (const address of addressesOf(output)) window[inside(address, window)] = 0
    for (const { buffer, shape, from, to } of pieces) {
      const source = this.#window({ buffer, dtype })
      const targets = addressesOf({ shape, ...to })
      addressesOf({ shape, ...from }).forEach((address, i) => {
        const x = source[inside(address, source)]!
        const target = inside(targets[i]!, window)
        window[target] = add ? window[target]! + x : x
      })
    }
  }

  #gather({ axis, batch, scatter, input, indices, output }: GatherStep): void {
    const y = evaluate(
      { kind: 'gather', axis, batch, scatter },
      [input, indices].map((view) => this.#tensor(view)),
      output,
    )
    this.write(output, y.storage())
  }

  #host({ instruction, inputs, output }: HostStep, tape: Tape): void {
    const { operation, params } = tape.instructions[instruction]!
    const xs = inputs.map((view) => this.#tensor(view))
    this.write(output, evaluate(operation.kernel(xs, params as never), xs, output).storage())
  }

  #tensor(view: View): Tensor {
    return new Tensor(this.read(view), view.shape, view.dtype)
  }
}

function inside(address: number, window: Data): number {
  if (address >= 0 && address < window.length) return address
  throw new RangeError(`plan: expected an element of a buffer of ${window.length}, got ${address}`)
}

/** The addresses of all elements, in row-major order. */
export function addressesOf({
  shape,
  offset,
  strides,
}: Pick<View, 'shape' | 'offset' | 'strides'>): number[] {
  let list = [offset]
  shape.forEach((n, axis) => {
    list = list.flatMap((address) => Array.from({ length: n }, (_, i) => address + i * strides[axis]!))
  })
  return list
}
