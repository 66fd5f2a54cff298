import type { MatmulStep } from '../../src/run/index.ts'
import { address, digitsOf } from './addresses.ts'
import { Cell, CELL, type Source } from './cell.ts'

/** `C[t,i,j] = Σ_l A[t,i,l] B[t,l,j]`, l ascending, of matrices with any strides. Budget: (k + 2)·2⁻²⁴·(|A||B|)[t,i,j]. */
export function matmulSource({ batch, m, k, n, a, b }: MatmulStep): Source {
  const cell = new Cell()
  const [t, i, j] = digitsOf(cell, CELL, [batch, m, n]) as [string, string, string]
  const sum = cell.variable('0')
  cell.loop(k, (l) => {
    const left = cell.read(a.buffer, address(a.offset, [a.batch, a.row, a.column], [t, i, l]))
    const right = cell.read(b.buffer, address(b.offset, [b.batch, b.row, b.column], [t, l, j]))
    cell.set(sum, `${sum} + ${left} * ${right}`)
  })
  return cell.end(batch * m * n, sum)
}
