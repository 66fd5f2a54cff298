import { errorRates } from '../../proofs-check/index.ts'
import { html, type Html } from './html.ts'
import { formatCount } from './numbers.ts'
import { numeric, table } from './table.ts'

/** How often the instruments themselves erred where the truth was known: for the foot of a report. */
export function errorRatesSection(): Html {
  const { alpha, rates } = errorRates
  const rows = rates.map(
    ({ kind, runs, supportedOutside, refutedInside, undecidedAtTarget }) =>
      html`<tr>
        <th scope="row">${kind}</th>
        ${[runs, supportedOutside, refutedInside, undecidedAtTarget].map(
          (count) => html`<td class="number">${formatCount(count)}</td>`,
        )}
      </tr>`,
  )
  return html`<section aria-labelledby="instruments">
    <h2 id="instruments">How often the instruments err</h2>
    <p>
      Simulated runs of every kind of prediction, looked at after every block, at a level of α = ${alpha} so
      that errors are seen at all: a false verdict may come out in at most ${100 * alpha} of 100. The suite
      runs at levels a hundred times smaller and more.
    </p>
    <details>
      <summary>The counts</summary>
      ${table({
        caption: 'Verdicts of simulated runs whose truth is known',
        columns: [
          'Kind',
          numeric('Runs of each sort'),
          numeric('Supported, the truth just outside the margin'),
          numeric('Refuted, the truth just inside'),
          numeric('Undecided, the truth at the target'),
        ],
        rows,
      })}
    </details>
  </section>`
}
