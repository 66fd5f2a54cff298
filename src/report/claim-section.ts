import type { ClaimResult, Illustration, PredictionResult, ShrunkTrial } from '../../proofs-check/index.ts'
import { cellDetails } from './cell-table.ts'
import { figureSection } from './figure.ts'
import { html, type Html } from './html.ts'
import { countOf, formatCount, formatNumber } from './numbers.ts'
import { table } from './table.ts'
import { minus, prose } from './typeset.ts'
import { badge, controlTable, predictionTable } from './verdicts.ts'
import { outcomeOf, replayCommand, unjudgedInWords } from './words.ts'

/** Everything about one claim, in the order in which a reader would ask. */
export function claimSection(claim: ClaimResult, files: readonly string[]): Html {
  const { id, title, verdict, expected, statement, shows, figures, figuresFailed } = claim
  const later = unjudgedInWords(claim)
  return html`<section class="claim" id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${prose(title)}</h2>
    <p class="standing">${badge(verdict, outcomeOf(verdict, expected))} ${sourceLine(claim)}</p>
    <blockquote>
      <p>${prose(statement.text)}</p>
      <p class="formula">${prose(statement.formula)}</p>
    </blockquote>
    <dl class="shows">
      <div>
        <dt>A run can show</dt>
        <dd>${prose(shows.can)}</dd>
      </div>
      <div>
        <dt>It cannot show</dt>
        <dd>${prose(shows.cannot)}</dd>
      </div>
    </dl>
    <h3>Figures</h3>
    ${figures.map(figureSection)}
    ${figuresFailed !== undefined && html`<p>They could not be made: ${figuresFailed}</p>`}
    <h3>Predictions</h3>
    ${predictionTable(claim)} ${later !== '' && html`<p>Not judged at this budget: ${later}.</p>`}
    ${marginReasons(claim.predictions)}
    <h3>Controls</h3>
    <p>
      Each control breaks one thing and is judged by the same prediction, target and margin. If it were not
      refuted, the test above could not tell the theorem from its opposite.
    </p>
    ${controlTable(claim)} ${illustrations(claim, files)}
    <h3>Hypotheses and symbols</h3>
    ${hypotheses(claim)} ${symbols(claim)}
    <h3>Run it again</h3>
    <p>One trial of this claim, in this run’s own random numbers:</p>
    <pre><code>${replayCommand(claim.replay, files)}</code></pre>
    ${cellDetails(claim)}
  </section>`
}

const kinds = {
  stated: 'stated in',
  derived: 'derived here from',
  reading: 'one reading of',
  measured: 'measured, after',
}

function sourceLine({ source }: ClaimResult): Html {
  const where = /^https?:\/\//.test(source.url)
    ? html`<a href="${source.url}" rel="noreferrer">${prose(source.where)}</a>`
    : html`${prose(source.where)}`
  return html`<span class="source">${kinds[source.kind]} ${where}</span>`
}

function marginReasons(predictions: readonly PredictionResult[]): Html {
  const families = new Map<string, PredictionResult[]>()
  for (const prediction of predictions) {
    families.set(prediction.marginReason, [...(families.get(prediction.marginReason) ?? []), prediction])
  }
  const items = [...families].map(([reason, [first, ...others]]) => {
    const more = others.length > 0 && ` and ${formatCount(others.length)} like it`
    return html`<dt>${prose(first!.says)}${more}</dt>
      <dd>${prose(reason)}</dd>`
  })
  return html`<details>
    <summary>Why the margins are what they are</summary>
    <dl class="reasons">${items}</dl>
  </details>`
}

function illustrations({ predictions, controls }: ClaimResult, files: readonly string[]): Html | undefined {
  const found = [...predictions, ...controls].flatMap(({ says, illustration, counterexample }) => [
    ...(illustration ? [illustrationItem(says, illustration, files)] : []),
    ...(counterexample ? [counterexampleItem(says, counterexample, files)] : []),
  ])
  if (found.length === 0) return undefined
  return html`<details>
    <summary>Where the refutations show first</summary>
    <p>
      For each refutation, the smallest declared cell in which fresh trials refuted it again, and one telling
      trial; for statements about every instance, the smallest counterexample found. Illustrations, not
      evidence.
    </p>
    <ul class="illustrations">
      ${found}
    </ul>
  </details>`
}

function listed(values: object): string {
  return Object.entries(values)
    .map(([name, value]) =>
      typeof value === 'number'
        ? `${name} ${minus(formatNumber(value))}`
        : typeof value === 'object' && value !== null
          ? listed(value)
          : `${name} ${String(value)}`,
    )
    .filter((text) => text !== '')
    .join(', ')
}

function counterexampleItem(
  says: string,
  { instance, measurement, replay, picture }: ShrunkTrial,
  files: readonly string[],
): Html {
  return html`<li>
    ${prose(says)}: the smallest counterexample found has ${prose(listed(instance as object))}. Measured:
    ${prose(listed(measurement))}. <code>${replayCommand(replay, files)}</code>
    ${picture && figureSection(picture)}
  </li>`
}

function illustrationItem(
  says: string,
  { cell, refutedAgain, trials, measurement, replay }: Illustration,
  files: readonly string[],
): Html {
  return html`<li>
    ${prose(says)}: ${refutedAgain ? 'refuted again' : 'not refuted again'} in ${cell} with
    ${countOf(trials, 'fresh trial')}. One trial: ${prose(listed(measurement))}.
    <code>${replayCommand(replay, files)}</code>
  </li>`
}

function hypotheses({ hypotheses, trials, trialsOutsideHypotheses }: ClaimResult): Html {
  const items = hypotheses.map(({ says }) => html`<li>${prose(says)}</li>`)
  return html`<p>
      Evaluated on every trial that needs them; a trial outside is counted, never judged. Of
      ${countOf(trials, 'trial')} in all, controls included, ${formatCount(trialsOutsideHypotheses)} lay
      outside.
    </p>
    <ul>
      ${items}
    </ul>`
}

function symbols({ symbols }: ClaimResult): Html | undefined {
  const entries = Object.entries(symbols)
  if (entries.length === 0) return undefined
  const rows = entries.map(
    ([symbol, meaning]) =>
      html`<tr>
        <th scope="row" class="symbol">${prose(symbol)}</th>
        <td>${prose(meaning)}</td>
      </tr>`,
  )
  return table({
    caption: 'The paper’s symbols and what they are here',
    columns: ['Symbol', 'Here'],
    rows,
    kind: 'symbols',
  })
}
