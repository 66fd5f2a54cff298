/** The engine as the judge of the assembler: single functions run, and what instructions do by the specification. */
import { ModuleBuilder, type Code, type ValueType } from '../../../../src/run/wasm/assembler/index.ts'

export type Exported = (...args: (number | bigint)[]) => number | bigint

export const memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
export const bytes: Uint8Array = new Uint8Array(memory.buffer)

/** A module of one function, run by the engine. */
export function assembled<R extends ValueType | 'void'>(
  parameters: readonly ValueType[],
  result: R,
  body: (...args: Code[]) => Code<R>,
): Exported {
  const module = new ModuleBuilder()
  module.importMemory('env', 'memory')
  module.define('f', parameters, result, (_, ...locals) => [body(...locals.map(({ get }) => get))] as never)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  return exports['f'] as Exported
}

export type Reference = (...args: never[]) => number | bigint | boolean
/** What instructions of this type do; comparisons give booleans. */
type Meanings<T> = Readonly<Record<string, (a: T, b: T) => T | boolean>>
export type Table = Readonly<Record<string, Reference>>

export const u = (x: number): number => x >>> 0
export const s64 = (x: bigint): bigint => BigInt.asIntN(64, x)
export const u64 = (x: bigint): bigint => BigInt.asUintN(64, x)
const buffer = new DataView(new ArrayBuffer(8))
export const bitsOf: (x: number) => bigint = (x: number): bigint => (
  buffer.setFloat64(0, x),
  buffer.getBigInt64(0)
)
export const fromBits = (x: bigint): number => (buffer.setBigInt64(0, x), buffer.getFloat64(0))

/** What i32 and the lanes of i32x4 do; comparisons give booleans. */
export const words: Meanings<number> = {
  eq: (a, b) => a === b,
  ltS: (a, b) => a < b,
  ltU: (a, b) => u(a) < u(b),
  gtS: (a, b) => a > b,
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: (a, b) => Math.imul(a, b),
}
export const longs: Meanings<bigint> = {
  eq: (a, b) => a === b,
  add: (a, b) => s64(a + b),
  sub: (a, b) => s64(a - b),
}
export const floats: Meanings<number> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  gt: (a, b) => a > b,
  le: (a, b) => a <= b,
  ge: (a, b) => a >= b,
  abs: (a) => Math.abs(a),
  neg: (a) => -a,
  floor: (a) => Math.floor(a),
  sqrt: (a) => Math.sqrt(a),
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
}

export const pointsOf: Record<Exclude<ValueType, 'v128'>, readonly (number | bigint)[]> = {
  i32: [0, 1, -1, 7, -8, 2147483647, -2147483648, 1 << 20],
  i64: [0n, 1n, -1n, 77n, -(1n << 63n), (1n << 63n) - 1n, 0x123456789abcdefn, bitsOf(1.5)],
  f32: [0, -0, 1, -2.5, 0.3, 1e38, 1e-45, Infinity, -Infinity, NaN].map(Math.fround),
  f64: [0, -0, 1, -2.5, 0.3, 1e300, 5e-324, Infinity, -Infinity, NaN],
}
