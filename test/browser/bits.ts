import * as math from '../../src/math/index.ts'
import { normal, stream } from '../../src/random/index.ts'

/** FNV-1a over the bytes of these numbers; every NaN counts as the same, since engines are free to choose its payload. */
export function fnv1a(values: Float64Array): number {
  const canonical = values.map((x) => (Number.isNaN(x) ? NaN : x))
  let hash = 0x811c9dc5
  for (const byte of new Uint8Array(canonical.buffer)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

const half = 5_000

/** 10⁴ arguments: multiples of 2⁻⁸ around zero, then bit patterns, which reach every exponent. */
export function grid(): Float64Array {
  const points = new Float64Array(2 * half)
  for (let i = 0; i < half; i++) points[i] = (i - half / 2) / 256
  const words = new Uint32Array(points.buffer, 8 * half)
  for (let i = 0, word = 1; i < words.length; i++)
    words[i] = word = (Math.imul(word, 1664525) + 1013904223) >>> 0
  return points
}

const { exp, log, sin, cos, tanh, erf, erfc, expm1, log1p, normalCdf, logGamma } = math
const { sinTurns, cosTurns, pow, normalQuantile, betaInc, betaIncInv, gammaIncP, gammaIncPInv } = math
const ofOne = { exp, log, sin, cos, tanh, erf, erfc, expm1, log1p, normalCdf, logGamma, sinTurns, cosTurns }

/** Into (0, 1), for functions of a probability. */
const share = (x: number): number => Math.abs(x) / (1 + Math.abs(x))
/** Into (0, 20], for functions of a shape. */
const size = (x: number): number => Math.abs(x) % 20 || 1
const ofMore: Record<string, (x: number, i: number) => number> = {
  normalQuantile: (x) => normalQuantile(share(x)),
  pow: (x, i) => pow(Math.abs(x), (i % 64) / 8 - 4),
  betaInc: (x, i) => betaInc(size(x), 1 + (i % 7), share(x)),
  betaIncInv: (x, i) => betaIncInv(size(x), 1 + (i % 7), share(i / 7)),
  gammaIncP: (x, i) => gammaIncP(1 + (i % 9) / 2, size(x)),
  gammaIncPInv: (x, i) => gammaIncPInv(size(x), share(i / 7)),
}

/** The hash of what each function gives, by name. */
export function hashes(): Record<string, number> {
  const points = grid().map((x) => (Number.isNaN(x) ? 1 : x))
  const functions: [string, (x: number, i: number) => number][] = Object.entries({ ...ofOne, ...ofMore })
  const math = functions.map(([name, f]) => [name, fnv1a(points.map((x, i) => f(x, i)))] as const)
  return Object.fromEntries([...math, ['normal', fnv1a(normal(stream(1, 'x'), 10_001))]])
}
