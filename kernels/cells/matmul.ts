import type { MatmulStep } from '../../src/run/index.ts'
import { address, digitsOf } from './addresses.ts'
import { Cell, CELL, ROW, type Source } from './cell.ts'

/**
 * `C[t,i,j] = Σ_l A[t,i,l] B[t,l,j]`, l ascending, of matrices with any strides; in rows, j is the column, which spares a division and lets
 * WebAssembly read neighbours of B at once. Budget: (k + 2)·2⁻²⁴·(|A||B|)[t,i,j].
 */
export function matmulSource({ batch, m, k, n, a, b }: MatmulStep, inRows: boolean): Source {
  const cell = new Cell()
  const [t, i, j] = (
    inRows ? [...digitsOf(cell, ROW, [batch, m]), CELL] : digitsOf(cell, CELL, [batch, m, n])
  ) as [string, string, string]
  const sum = cell.variable('0')
  cell.loop(k, (l) => {
    const left = cell.read(a.buffer, address(a.offset, [a.batch, a.row, a.column], [t, i, l]))
    const right = cell.read(b.buffer, address(b.offset, [b.batch, b.row, b.column], [t, l, j]))
    cell.set(sum, `${sum} + ${left} * ${right}`)
  })
  return inRows ? cell.end(sum, n, batch * m) : cell.end(sum, batch * m * n)
}
