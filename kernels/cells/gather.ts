import { sizeOf } from '../../src/array/index.ts'
import type { GatherStep } from '../../src/run/index.ts'
import { address, digitsOf } from './addresses.ts'
import { Cell, CELL, type Source } from './cell.ts'

/**
 * `out[b, o, p, i] = x[b, o, indices[b, p], i]`, exact; with `scatter`, `out[b, o, j, i]` is the sum of `x[b, o, p, i]` over those p with
 * `indices[b, p] = j`, each cell looking through all of them. Budget of a sum of n terms t: (n + 2)·2⁻²⁴·Σ|t|.
 */
export function gatherSource({ axis, batch, scatter, input, indices, output }: GatherStep): Source {
  const cell = new Cell()
  const whole = scatter ? output.shape : input.shape
  const [batches, outer, inner] = [
    sizeOf(whole.slice(0, batch)),
    sizeOf(whole.slice(batch, axis)),
    sizeOf(whole.slice(axis + 1)),
  ]
  const [n, picked] = [whole[axis]!, sizeOf(indices.shape.slice(batch))]
  const rows = scatter ? n : picked
  const [b, o, row, i] = digitsOf(cell, CELL, [batches, outer, rows, inner]) as [
    string,
    string,
    string,
    string,
  ]
  const indexAt = (p: string): string =>
    cell.read(indices.buffer, address(indices.offset, [picked, 1], [b, p]))
  const elementAt = (rowCount: number, at: string): string =>
    cell.read(
      input.buffer,
      address(input.offset, [outer * rowCount * inner, rowCount * inner, inner, 1], [b, o, at, i]),
    )
  const size = batches * outer * rows * inner
  if (!scatter) return cell.end(elementAt(n, cell.let(indexAt(row))), size)
  const sum = cell.variable('0')
  cell.loop(picked, (p) => {
    const hit = cell.let(indexAt(p))
    cell.if(`${hit} === ${row}`, () => cell.set(sum, `${sum} + ${elementAt(picked, p)}`))
  })
  return cell.end(sum, size)
}
