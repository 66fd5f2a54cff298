import type { ClaimResult, Illustration, PredictionResult } from '../../proofs-check/index.ts'
import { cellDetails } from './cell-table.ts'
import { figureSection } from './figure.ts'
import { html, type Html } from './html.ts'
import { countOf, formatCount, formatNumber } from './numbers.ts'
import { minus, prose } from './typeset.ts'
import { badge, controlTable, predictionTable } from './verdicts.ts'
import { outcomeOf } from './words.ts'

/** Everything about one claim, in the order in which a reader would ask. */
export function claimSection(claim: ClaimResult): Html {
  const { id, title, verdict, expected, statement, shows, figures } = claim
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
    <h3>Predictions</h3>
    ${predictionTable(claim)} ${marginReasons(claim.predictions)}
    <h3>Controls</h3>
    <p>
      Each control breaks one thing and is judged by the same prediction, target and margin. If it were not
      refuted, the test above could not tell the theorem from its opposite.
    </p>
    ${controlTable(claim)} ${illustrations(claim)}
    <h3>Hypotheses and symbols</h3>
    ${hypotheses(claim)} ${symbols(claim)}
    <h3>Run it again</h3>
    <p>One trial of this claim, in this run’s own random numbers:</p>
    <pre><code>glassjaw verify --replay ${claim.replay}</code></pre>
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

function illustrations({ predictions, controls }: ClaimResult): Html | undefined {
  const found = [...predictions, ...controls].flatMap(({ says, illustration }) =>
    illustration ? [illustrationItem(says, illustration)] : [],
  )
  if (found.length === 0) return undefined
  return html`<details>
    <summary>Where the refutations show first</summary>
    <p>
      For each refutation, the smallest declared cell in which fresh trials refuted it again, and one telling
      trial: an illustration, not evidence.
    </p>
    <ul class="illustrations">
      ${found}
    </ul>
  </details>`
}

function illustrationItem(
  says: string,
  { cell, refutedAgain, trials, measurement, replay }: Illustration,
): Html {
  const values = Object.entries(measurement).map(([name, value]) => `${name} ${minus(formatNumber(value))}`)
  return html`<li>
    ${prose(says)}: ${refutedAgain ? 'refuted again' : 'not refuted again'} in ${cell} with
    ${countOf(trials, 'fresh trial')}. One trial: ${values.join(', ')}. <code>--replay ${replay}</code>
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
  return html`<div class="wide">
    <table class="symbols">
      <caption>
        The paper’s symbols and what they are here
      </caption>
      <thead>
        <tr>
          <th scope="col">Symbol</th>
          <th scope="col">Here</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}
