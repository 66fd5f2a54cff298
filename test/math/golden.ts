import { readFileSync } from 'node:fs'

const view = new DataView(new ArrayBuffer(8))

/** The unit in the last place of y, 2^-1074 for subnormal numbers. */
export function ulp(y: number): number {
  view.setFloat64(0, Math.abs(y))
  const exponent = Math.max(view.getUint32(0) >>> 20, 1) - 1
  view.setBigUint64(0, exponent < 52 ? 1n << BigInt(exponent) : BigInt(exponent - 51) << 52n)
  return view.getFloat64(0)
}

/** Rows [arguments..., y, r] of a golden file; golden.py says what they mean. */
export function rows(name: string): number[][] {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'))
}

/** The largest error over the rows as `size` measures it, infinite where a result is no number, and the arguments it belongs to. */
export function worst(
  name: string,
  f: (...values: number[]) => number,
  size: (gap: number, y: number) => number,
): { error: number; at: number[] } {
  let result = { error: 0, at: [] as number[] }
  for (const row of rows(name)) {
    const at = row.slice(0, -2)
    const y = row.at(-2)!
    const gap = Math.abs(f(...at) - y - row.at(-1)! * ulp(y))
    const error = Number.isFinite(gap) ? size(gap, y) : Infinity
    if (error > result.error) result = { error, at }
  }
  return result
}

export const inUlps = (gap: number, y: number): number => gap / ulp(y)
export const relative = (gap: number, y: number): number => gap / Math.abs(y)
export const absolute = (gap: number): number => gap
