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

/** What a comparison has found. */
export interface Agreement {
  /** The largest error as a share of its bound. */
  readonly worst: number
  /** Elements for which the analysis knows no bound, because a branch could go either way. */
  readonly unknown: number
}

/** Runs a tape on a device. Errors: Error when an element is further off than its bound. */
export async function checkCase({ name, tape, args }: Case, mode: Mode): Promise<Agreement> {
  const program = new DeviceProgram(tape, mode)
  try {
    return compare(name, await program.run(args), tape, args)
  } finally {
    await program.destroy()
  }
}

/** Where no bound is known: a number that is close, relative to its size or to 1. */
const CLOSE = 1e-4

export function compare(
  name: string,
  found: readonly Tensor[],
  tape: Tape,
  args: readonly Tensor[],
): Agreement {
  let worst = 0
  let unknown = 0
  budgetOf(tape, args).forEach(({ value, error }, j) => {
    const got = found[j]!
    const type = tape.types[tape.outputs[j]!]!
    if (got.dtype !== type.dtype || got.shape.join() !== type.shape.join() || got.data.length !== value.size)
      throw new Error(`${name}: expected ${type.dtype}[${type.shape}], got ${got.dtype}[${got.shape}]`)
    value.data.forEach((expected, i) => {
      const [given, bound] = [got.data[i]!, error.data[i]!]
      if (bound === Infinity) unknown++
      if (given === expected || (Number.isNaN(given) && Number.isNaN(expected))) return
      const allowed = bound === Infinity ? CLOSE * (1 + Math.abs(expected)) : bound
      const share = Math.abs(given - expected) / allowed
      if (!(share <= 1)) throw new Error(`${name} ${j}[${i}]: expected ${expected} ± ${bound}, got ${given}`)
      worst = Math.max(worst, share)
    })
  })
  return { worst, unknown }
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

/** Where a number is taken apart into its exponent and the rest, a small error can move the cut: no bound is known there. */
export const unbounded: readonly string[] = ['pow', 'norms and largest elements']

/** Checks a case, and that the analysis knows a bound for every element. */
export async function expectWithin(sample: Case, what: string, mode: Mode): Promise<void> {
  const { unknown } = await checkCase(sample, mode)
  if (unknown > 0 && !unbounded.includes(what))
    throw new Error(`${what}: expected a bound for every element, got none for ${unknown}`)
}
