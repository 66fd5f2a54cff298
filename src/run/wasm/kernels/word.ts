/** What moves do with one element. */
import { f32, f64, i32, i64 } from '../assembler/index.ts'
import type { Code, Statement } from '../assembler/index.ts'

export type Move = (to: Code<'i32'>, from: Code<'i32'>) => Statement

/** The bits of a word, from one address to another. */
export const copyWord: Readonly<Record<4 | 8, Move>> = {
  4: (to, from) => i32.store(to, i32.load(from)),
  8: (to, from) => i64.store(to, i64.load(from)),
}

/** The element at an address is increased by that at another. */
export const addElement: Readonly<Record<'f32' | 'f64' | 'i32', Move>> = {
  f32: (to, from) => f32.store(to, f32.add(f32.load(to), f32.load(from))),
  f64: (to, from) => f64.store(to, f64.add(f64.load(to), f64.load(from))),
  i32: (to, from) => i32.store(to, i32.add(i32.load(to), i32.load(from))),
}
