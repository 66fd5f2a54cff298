import type { ClaimResult, ControlResult, PredictionResult, SuiteResult } from '../../proofs-check/index.ts'
import { formatCount, formatSeconds } from '../report/numbers.ts'
import {
  detectableInWords,
  detectableMeans,
  errorRateInWords,
  exponentOf,
  headline,
  marginInWords,
  measuredInWords,
  outcomeOf,
  predictedInWords,
  remarksOf,
  signOf,
  unjudgedInWords,
  verdictInWords,
  type Outcome,
} from '../report/words.ts'
import { paint, type Terminal } from './terminal.ts'
import { pad, wrap } from './text.ts'

/** The result of a run as text of 80 to 100 columns: what was tested in words, what was measured, what came out. */
export function resultTable(result: SuiteResult, terminal: Terminal): string {
  const width = Math.min(100, Math.max(80, terminal.columns))
  const { claims, seed, budget, seconds, alpha } = result
  const blocks = claims.map((claim) => claimTable(claim, width, terminal))
  const lines = claims.map((claim) => summaryLine(claim, claims, terminal))
  const close = `${headline(result)} ${errorRateInWords(alpha)} Seed ${seed}, budget ${budget}, ${formatSeconds(seconds)}.`
  const foot = [detectableMeans, close].map((text) => wrap(text, width).join('\n')).join('\n\n')
  return `\n${blocks.join('\n')}\n${lines.join('\n')}\n\n${foot}\n`
}

/** What stays on the screen when the table is long: the verdict, the counts, the exponent. */
function summaryLine(claim: ClaimResult, claims: readonly ClaimResult[], terminal: Terminal): string {
  const { id, verdict, expected, predictions, controls } = claim
  const outcome = outcomeOf(verdict, expected)
  const count = (list: readonly PredictionResult[], wanted: string): string =>
    `${list.filter((item) => item.verdict === wanted).length}/${list.length}`
  const name = pad(id, Math.max(...claims.map((each) => each.id.length)))
  const later = claim.unjudged === undefined ? '' : ` (${unjudgedInWords(claim)})`
  const counts = `${count(predictions, 'supported')} supported${later}, controls ${count(controls, 'refuted')} refuted`
  const exponent = exponentOf(claim)
  const second = exponent ? `\n${' '.repeat(14)}exponent ${measuredInWords(exponent)}` : ''
  return `${tint(terminal, outcome, pad(`${signOf(outcome)} ${verdict}`, 12))}  ${name}  ${counts}${second}`
}

function claimTable(claim: ClaimResult, width: number, terminal: Terminal): string {
  const { id, title, verdict, expected, seconds, trials, predictions, controls } = claim
  const outcome = outcomeOf(verdict, expected)
  const standing = `${signOf(outcome)} ${verdict}`
  const details = `${id}, expected ${expected}, ${formatCount(trials)} trials, ${formatSeconds(seconds)}`
  return [
    `${tint(terminal, outcome, standing)}  ${paint(terminal, 'bold', wrap(title, width - standing.length - 2).join('\n'))}`,
    paint(terminal, 'dim', details),
    '',
    ...rows(
      predictions,
      'supported',
      ['What was tested', 'measured [interval]', 'predicted', 'sees'],
      width,
      terminal,
    ),
    '',
    ...rows(
      controls,
      'refuted',
      ['Controls: each must be refuted', 'measured [interval]', 'not', 'sees'],
      width,
      terminal,
    ),
    '',
  ].join('\n')
}

function rows(
  results: readonly (PredictionResult | ControlResult)[],
  expected: 'supported' | 'refuted',
  heads: readonly [string, string, string, string],
  width: number,
  terminal: Terminal,
): string[] {
  if (results.length === 0) return []
  const cells = results.map((result) => ({
    result,
    measured: measuredInWords(result),
    predicted:
      `${predictedInWords(result)} ${result.kind === 'every' || result.kind === 'law' ? '' : marginInWords(result)}`.trim(),
    sees: detectableInWords(result),
  }))
  const second = Math.max(heads[1].length, ...cells.map(({ measured }) => measured.length))
  const third = Math.max(heads[2].length, ...cells.map(({ predicted }) => predicted.length))
  const fourth = Math.max(heads[3].length, ...cells.map(({ sees }) => sees.length))
  const first = width - second - third - fourth - 8
  const head = `  ${pad(heads[0], first)}  ${pad(heads[1], second)}  ${pad(heads[2], third)}  ${heads[3]}`
  return [
    paint(terminal, 'dim', head),
    ...cells.flatMap(({ result, measured, predicted, sees }) => {
      const outcome = outcomeOf(result.verdict, expected)
      const [line, ...more] = wrap(says(result, outcome), first)
      for (const remark of remarksOf(result)) more.push(...wrap(remark, width - 4).map((text) => `  ${text}`))
      const sign = tint(terminal, outcome, signOf(outcome))
      return [
        `${sign} ${pad(line!, first)}  ${pad(measured, second)}  ${pad(predicted, third)}  ${sees}`.trimEnd(),
        ...more.map((text) => `  ${text}`),
      ]
    }),
  ]
}

/** The tested thing in words, and for one that did not come out as expected, what came out instead. */
function says(result: PredictionResult | ControlResult, outcome: Outcome): string {
  if (outcome === 'expected') return result.says
  const note = result.note === undefined ? '' : `: ${result.note}`
  return `${result.says} (${verdictInWords(result)}${note})`
}

function tint(terminal: Terminal, outcome: Outcome, text: string): string {
  const color = { expected: 'green', contrary: 'red', open: 'yellow' } as const
  return paint(terminal, color[outcome], text)
}
