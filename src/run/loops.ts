/** One loop per primitive: what a step of a map does to a chunk. */
import type { Data } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import type { Primitive } from '../tape/index.ts'

export type LoopName = Primitive | 'copy'

/**
 * `o[oi + i] = primitive(a[ai + i·as], b[bi + i·bs], c[ci + i·cs])` for i < n. Storing into an f32 chunk rounds, which is f32 arithmetic: the
 * f64 result of these primitives on f32 operands, rounded again, is the correctly rounded one.
 */
export type Loop = (
  n: number,
  o: Data,
  oi: number,
  a: Data,
  ai: number,
  as: number,
  b: Data,
  bi: number,
  bs: number,
  c: Data,
  ci: number,
  cs: number,
) => void

export const loops: Record<LoopName, Loop> = {
  copy: (n, o, oi, a, ai, as) => {
    for (let i = 0; i < n; i++, ai += as) o[oi + i] = a[ai]!
  },
  add: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = a[ai]! + b[bi]!
  },
  sub: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = a[ai]! - b[bi]!
  },
  mul: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = a[ai]! * b[bi]!
  },
  div: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = a[ai]! / b[bi]!
  },
  sqrt: (n, o, oi, a, ai, as) => {
    for (let i = 0; i < n; i++, ai += as) o[oi + i] = Math.sqrt(a[ai]!)
  },
  abs: (n, o, oi, a, ai, as) => {
    for (let i = 0; i < n; i++, ai += as) o[oi + i] = Math.abs(a[ai]!)
  },
  floor: (n, o, oi, a, ai, as) => {
    for (let i = 0; i < n; i++, ai += as) o[oi + i] = Math.floor(a[ai]!)
  },
  min: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = Math.min(a[ai]!, b[bi]!)
  },
  max: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = Math.max(a[ai]!, b[bi]!)
  },
  less: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = a[ai]! < b[bi]! ? 1 : 0
  },
  equal: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = a[ai]! === b[bi]! ? 1 : 0
  },
  select: (n, o, oi, a, ai, as, b, bi, bs, c, ci, cs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs, ci += cs) o[oi + i] = a[ai]! !== 0 ? b[bi]! : c[ci]!
  },
  scale2: (n, o, oi, a, ai, as, b, bi, bs) => {
    for (let i = 0; i < n; i++, ai += as, bi += bs) o[oi + i] = numbers.scale2(a[ai]!, b[bi]!)
  },
  exponent: (n, o, oi, a, ai, as) => {
    for (let i = 0; i < n; i++, ai += as) o[oi + i] = numbers.exponent(a[ai]!)
  },
  mantissa: (n, o, oi, a, ai, as) => {
    for (let i = 0; i < n; i++, ai += as) o[oi + i] = numbers.mantissa(a[ai]!)
  },
}
