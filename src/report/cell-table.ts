import type { CellResult, ClaimResult } from '../../proofs-check/index.ts'
import { html, type Html } from './html.ts'
import { formatCount, formatNumber } from './numbers.ts'
import { numeric, table } from './table.ts'
import { minus, prose } from './typeset.ts'

/** Order statistics of everything measured, cell by cell, controls after the claim itself. */
export function cellDetails({ title, cells, controls }: ClaimResult): Html {
  const all = [
    ...cells.map((cell) => ({ cell, variant: '' })),
    ...controls.flatMap(({ id, cellResults }) => cellResults.map((cell) => ({ cell, variant: id }))),
  ]
  return html`<details>
    <summary>Every cell in numbers</summary>
    ${table({
      caption: html`${prose(title)}: order statistics of everything measured, by cell`,
      columns: [
        ...['Cell', 'Measured'],
        ...['Trials', 'Failed', 'Mean', '5%', '25%', 'Median', '75%', '95%'].map(numeric),
      ],
      rows: all.flatMap(({ cell, variant }) => cellRows(cell, variant)),
      kind: 'cells',
    })}
  </details>`
}

function cellRows({ label, measurements }: CellResult, variant: string): Html[] {
  return Object.entries(measurements).map(
    ([name, { count, failed, mean, quantiles }], index) =>
      html`<tr>
        <th scope="row">${index === 0 && `${label}${variant && `, ${variant}`}`}</th>
        <td>${name}</td>
        <td class="number">${formatCount(count)}</td>
        <td class="number">${formatCount(failed)}</td>
        ${[mean, ...quantiles].map((value) => html`<td class="number">${minus(formatNumber(value))}</td>`)}
      </tr>`,
  )
}
