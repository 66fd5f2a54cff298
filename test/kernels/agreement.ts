/** What a device gives, beside the bounds that the running error analysis allows it. */
import { Tensor } from '../../src/array/index.ts'
import * as engine from '../../src/index.ts'
import type { Operation, Tape } from '../../src/tape/index.ts'
import { budgetOf } from '../../kernels/budget.ts'
import type { Mode } from '../../kernels/index.ts'
import { DeviceProgram } from '../../kernels/program.ts'

/** A tape and arguments for it. */
export interface Case {
  readonly name: string
  readonly tape: Tape
  readonly args: readonly Tensor[]
}

/** Runs a tape on a device. Errors: Error when an element is further off than its bound. Gives the share of the bound that was needed. */
export async function checkCase({ name, tape, args }: Case, mode: Mode): Promise<number> {
  const program = new DeviceProgram(tape, mode)
  try {
    const found = await program.run(args)
    return worstOf(name, found, tape, args)
  } finally {
    await program.destroy()
  }
}

export function worstOf(name: string, found: readonly Tensor[], tape: Tape, args: readonly Tensor[]): number {
  let worst = 0
  budgetOf(tape, args).forEach(({ value, error }, j) => {
    const got = found[j]!
    const type = tape.types[tape.outputs[j]!]!
    if (got.dtype !== type.dtype || got.shape.join() !== type.shape.join() || got.data.length !== value.size)
      throw new Error(`${name}: expected ${type.dtype}[${type.shape}], got ${got.dtype}[${got.shape}]`)
    value.data.forEach((expected, i) => {
      const off = Math.abs(got.data[i]! - expected)
      // Where nothing is known, nothing can be wrong.
      if (error.data[i] === Infinity || Object.is(expected, got.data[i]) || expected === got.data[i]) return
      if (Number.isNaN(expected) && Number.isNaN(got.data[i]!)) return
      if (!(off <= error.data[i]!)) {
        throw new Error(`${name} ${j}[${i}]: expected ${expected} ± ${error.data[i]}, got ${got.data[i]}`)
      }
      worst = Math.max(worst, off / error.data[i]!)
    })
  })
  return worst
}

/** All operations that the library exports with their records, host functions left out. */
export const operations: readonly Operation<unknown>[] = Object.values(engine).flatMap((f) =>
  typeof f === 'function' && 'operation' in f ? [f.operation as Operation<unknown>] : [],
)

/** Numbers between -2 and 2, none of them at a kink of anything. */
export function numbers(
  shape: readonly number[],
  salt: number,
  dtype: 'f32' | 'f64' = 'f64',
  domain: readonly [number, number] = [-2, 2],
): Tensor {
  const size = shape.reduce((n, m) => n * m, 1)
  const at = (i: number): number =>
    ((i * 0.618034 + salt * 0.381966 + 0.137) % 1) * (domain[1] - domain[0]) + domain[0]
  const data = Float64Array.from({ length: size }, (_, i) => at(i))
  return new Tensor(dtype === 'f32' ? Float32Array.from(data) : data, shape, dtype)
}

/** An operation at the points that its record names: its value, and its derivatives both ways. */
export function casesOf(operation: Operation<unknown>): Case[] {
  return operation.cases!.flatMap(({ shapes, params, integers = {}, domain }, k): Case[] => {
    const args = shapes.map((shape, i) =>
      integers[i]
        ? new Tensor(Int32Array.from(integers[i]), shape, 'i32')
        : numbers(shape, i + k, 'f64', domain),
    )
    const tape = engine.record((...xs) => engine.apply(operation, xs, params), ...args)
    const floats = args.flatMap((x, i) => (x.dtype === 'i32' ? [] : [i]))
    const name = `${operation.name} ${JSON.stringify(params) ?? ''} of ${shapes.map((shape) => `[${shape}]`).join()}`
    const cases: Case[] = [{ name, tape, args }]
    const isSmooth =
      tape.outputs.every((value) => tape.types[value]!.dtype !== 'i32') &&
      !operation.differentiable?.includes(false)
    if (!isSmooth) return cases
    const cotangents = tape.outputs.map((value, i) => numbers(tape.types[value]!.shape, 7 + i))
    const tangents = floats.map((i) => numbers(args[i]!.shape, 11 + i))
    cases.push({
      name: `reverse ${name}`,
      tape: engine.reverse(tape, floats),
      args: [...args, ...cotangents],
    })
    cases.push({ name: `forward ${name}`, tape: engine.forward(tape, floats), args: [...args, ...tangents] })
    return cases
  })
}
