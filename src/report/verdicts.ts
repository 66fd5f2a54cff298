import type { ClaimResult, ControlResult, PredictionResult, SuiteResult } from '../../proofs-check/index.ts'
import { gauge } from './gauge.ts'
import { html, type Html } from './html.ts'
import { formatCount, formatNumber, formatSeconds } from './numbers.ts'
import { numeric, table, type Table } from './table.ts'
import { minus, prose, sentence } from './typeset.ts'
import {
  detectableInWords,
  exponentOf,
  marginInWords,
  measuredInWords,
  outcomeOf,
  predictedInWords,
  remarksOf,
  signOf,
  unjudgedInWords,
  verdictInWords,
  type Outcome,
} from './words.ts'

/** One line per claim: what came out, on how many trials, at which price. */
export function summaryTable({ claims }: SuiteResult): Html {
  const rows = claims.map((claim) => {
    const { id, title, predictions, controls, trials, seconds, expected, verdict, alpha } = claim
    const exponent = exponentOf(claim)
    const supported = predictions.filter((prediction) => prediction.verdict === 'supported').length
    const refuted = controls.filter((control) => control.verdict === 'refuted').length
    const later = unjudgedInWords(claim)
    return html`<tr>
      <th scope="row"><a href="#${id}">${prose(title)}</a></th>
      <td>${badge(verdict, outcomeOf(verdict, expected))}</td>
      <td>${expected}</td>
      <td class="number">${exponent ? minus(measuredInWords(exponent)) : '–'}</td>
      <td class="number">
        ${supported} of ${predictions.length}${later !== '' && html` <small>${later}</small>`}
      </td>
      <td class="number">${refuted} of ${controls.length}</td>
      <td class="number">${formatNumber(alpha, 2)}</td>
      <td class="number">${formatCount(trials)}</td>
      <td class="number">${formatSeconds(seconds)}</td>
    </tr>`
  })
  return table({
    caption: 'Verdicts, one line per claim',
    columns: [
      ...['Claim', 'Verdict', 'Expected'],
      ...['Exponent [interval]', 'Predictions supported', 'Controls refuted'].map(numeric),
      numeric(html`<abbr title="probability of a wrong verdict, at most">α</abbr>`),
      ...['Trials', 'Time'].map(numeric),
    ],
    rows,
  })
}

/** Every prediction of a claim: what was tested, predicted, measured and decided. */
export function predictionTable({ title, predictions }: ClaimResult): Html {
  const rows = predictions.map((prediction) => {
    const outcome = outcomeOf(prediction.verdict, 'supported')
    return html`<tr>
      <th scope="row">${prose(prediction.says)}${note(prediction)}</th>
      ${numbers(prediction, outcome)}
    </tr>`
  })
  return table({
    caption: html`${prose(title)}: what was predicted and what was measured`,
    columns: ['What was tested', ...judged('Predicted')],
    rows,
  })
}

/** Every control of a claim: what it breaks, what was expected there, and whether it was refuted as it must be. */
export function controlTable({ title, hypotheses, controls }: ClaimResult): Html | undefined {
  if (controls.length === 0) return undefined
  const rows = controls.map((control) => {
    const outcome = outcomeOf(control.verdict, 'refuted')
    const value = minus(formatNumber(control.value))
    const broken = hypotheses.find(({ id }) => id === control.breaks)
    return html`<tr>
      <th scope="row">
        ${prose(control.says)}
        <small>Breaks: ${prose(broken?.says ?? control.breaks)}. Expected value: ${value}.</small>
        ${note(control)}
      </th>
      ${numbers(control, outcome)}
    </tr>`
  })
  return table({
    caption: html`${prose(title)}: controls, each of which must be refuted`,
    columns: ['What was broken', ...judged('Claim predicts')],
    rows,
  })
}

/** A verdict as a word with a sign; its colour says whether it is the expected one. */
export function badge(verdict: string, outcome: Outcome): Html {
  return html`<span class="verdict ${outcome}"
    ><span aria-hidden="true">${signOf(outcome)}</span> ${verdict}</span
  >`
}

function judged(predicted: string): Table['columns'] {
  return [
    ...[predicted, 'Margin', 'Measured [interval]'].map(numeric),
    numeric(html`<abbr title="the smallest departure that these trials would have refuted">Sees</abbr>`),
    html`<span class="unseen">Interval against margin</span>`,
    numeric(html`<abbr title="probability of a wrong verdict, at most">α</abbr>`),
    numeric('Trials'),
    'Verdict',
  ]
}

function numbers(result: PredictionResult | ControlResult, outcome: Outcome): Html {
  return html`<td class="number">${minus(predictedInWords(result))}</td>
    <td class="number">${marginInWords(result)}</td>
    <td class="number">${minus(measuredInWords(result))}</td>
    <td class="number">${detectableInWords(result)}</td>
    <td>${gauge(result, outcome)}</td>
    <td class="number">${formatNumber(result.alpha, 2)}</td>
    <td class="number">${formatCount(result.trials)}</td>
    <td>${badge(verdictInWords(result), outcome)}</td>`
}

function note(result: PredictionResult): Html | undefined {
  const outside = result.trialsOutsideHypotheses
  const counted =
    outside > 0 && `${formatCount(outside)} trials lay outside the hypotheses and were not judged.`
  const parts = [result.note, ...remarksOf(result), counted].flatMap((part) => (part ? [sentence(part)] : []))
  return parts.length > 0 ? html`<small>${prose(parts.join(' '))}</small>` : undefined
}
