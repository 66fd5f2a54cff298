/** What the kernels have to know about f32 and f64, so that each is written once for both. */
import { f32, f32x4, f64, f64x2, v128 } from '../assembler/index.ts'
import type { Code, FloatVector, Scalar, Statement } from '../assembler/index.ts'

/** Kernels are written for `Element`, which mixes both types where only one of them can come up. */
export interface Element<T extends 'f32' | 'f64' = 'f32' | 'f64'> {
  readonly type: T
  readonly bytes: 4 | 8
  /** Elements in a vector of 16 bytes. */
  readonly lanes: 4 | 2
  readonly scalar: Scalar<T>
  /** One element from one address to `offset` bytes after another. */
  readonly copy: (to: Code<'i32'>, from: Code<'i32'>, offset?: number) => Statement
  readonly vector: FloatVector<T>
  /** The element at an address, in every lane. */
  readonly loadSplat: (address: Code<'i32'>, offset?: number) => Code<'v128'>
  readonly storeLane: (address: Code<'i32'>, value: Code<'v128'>, lane: number, offset?: number) => Statement
}

const ofF32: Element<'f32'> = {
  type: 'f32',
  bytes: 4,
  lanes: 4,
  scalar: f32,
  copy: (to, from, offset) => f32.store(to, f32.load(from), offset),
  vector: f32x4,
  loadSplat: v128.load32Splat,
  storeLane: v128.store32Lane,
}

const ofF64: Element<'f64'> = {
  type: 'f64',
  bytes: 8,
  lanes: 2,
  scalar: f64,
  copy: (to, from, offset) => f64.store(to, f64.load(from), offset),
  vector: f64x2,
  loadSplat: v128.load64Splat,
  storeLane: v128.store64Lane,
}

export const single: Element = ofF32 as unknown as Element
export const double: Element = ofF64 as unknown as Element
