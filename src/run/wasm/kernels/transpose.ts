/** Squares of elements in registers: two vectors of two, four vectors of four. */
import { shuffle32, type Code } from '../assembler/index.ts'

type Vector = Code<'v128'>

/** Rows of a square from its columns. */
export function transposed(columns: readonly Vector[]): Vector[] {
  const [a, b, c, d] = columns
  const firstHalves = (x: Vector, y: Vector): Vector => shuffle32(x, y, [0, 1, 4, 5])
  const secondHalves = (x: Vector, y: Vector): Vector => shuffle32(x, y, [2, 3, 6, 7])
  if (!c || !d) return [firstHalves(a!, b!), secondHalves(a!, b!)]
  const upper = (x: Vector, y: Vector): Vector => shuffle32(x, y, [0, 4, 1, 5])
  const lower = (x: Vector, y: Vector): Vector => shuffle32(x, y, [2, 6, 3, 7])
  const [ab, cd] = [upper(a!, b!), upper(c, d)]
  const [abEnd, cdEnd] = [lower(a!, b!), lower(c, d)]
  return [firstHalves(ab, cd), secondHalves(ab, cd), firstHalves(abEnd, cdEnd), secondHalves(abEnd, cdEnd)]
}
