import type { SuiteResult } from '../../proofs-check/index.ts'
import { claimSection } from './claim-section.ts'
import { documentOf } from './document.ts'
import { errorRatesSection } from './error-rates.ts'
import { escapeJson, html, trusted, type Html } from './html.ts'
import { formatNumber, formatSeconds } from './numbers.ts'
import { summaryTable } from './verdicts.ts'
import { commandOf, errorRateInWords, headline, type OwnFiles } from './words.ts'

/** What wrote the report. It is no part of the result, which is the same on every machine. */
export interface Maker {
  readonly version: string
  /** The engine it ran on, such as `Node 22.23.0`. */
  readonly runtime: string
  readonly own?: OwnFiles
}

/**
 * The report of a run as one HTML file: it loads nothing, runs no script, and can be read on paper.
 * All text of the result is escaped.
 */
export function renderReport(result: SuiteResult, maker: Maker): string {
  return documentOf({
    title: headline(result),
    headline: headline(result).replace(/(\d+) of (\d+)/g, '$1\u00a0of\u00a0$2'),
    facts: [
      ['Budget', result.budget],
      ['Seed', String(result.seed)],
      ['Error rate', `at most ${formatNumber(result.alpha)}`],
      ['Time', formatSeconds(result.seconds)],
      ['Version', maker.version],
    ],
    main: html`${firstOfAll(result)}
      <section aria-labelledby="verdicts">
        <h2 id="verdicts">Verdicts</h2>
        ${summaryTable(result)}
      </section>
      ${result.claims.map((claim) => claimSection(claim, filesOf(claim.id, maker)))} ${errorRatesSection()}
      ${again(result, maker)}`,
    data: summaries(result),
  })
}

function firstOfAll({ alpha }: SuiteResult): Html {
  return html`<section aria-labelledby="first">
    <h2 id="first">What a run can and cannot show</h2>
    <p>
      A run can refute an instance of a theorem, and it can show agreement at the sizes tried.
      <strong>It proves nothing.</strong> Theorems about large networks speak of limits; these numbers speak
      of the cells that are named beside them, and of no others.
    </p>
    <p>
      A number is <em>supported</em> when its whole confidence interval lies inside the margin around what
      theory predicts, and <em>refuted</em> when the interval misses that margin altogether. Anything else is
      <em>undecided</em>. Beside every verdict stands the smallest departure that its trials would have
      refuted: of smaller ones it says nothing. Margins, trial caps and weights were declared before the run.
      ${errorRateInWords(alpha)}
    </p>
    <p>
      Every claim comes with <em>controls</em>: the same experiment with one hypothesis broken. A control must
      be refuted, or the test was too blunt to tell.
    </p>
  </section>`
}

/** The files that a command about a claim names: those of claims of one's own. */
function filesOf(claim: string, { own }: Maker): readonly string[] {
  return own?.claims.includes(claim) ? own.files : []
}

function again(result: SuiteResult, { version, runtime, own }: Maker): Html {
  return html`<section aria-labelledby="again">
    <h2 id="again">Repeat this run</h2>
    <pre><code>${commandOf(result, own)}</code></pre>
    <p>
      The same seed and budget give the same numbers, bit for bit, on any machine and with any number of
      workers; only the times differ. This report was written by glassjaw ${version} on ${runtime}; everything
      random came from seed ${result.seed}.
    </p>
  </section>`
}

/** Per-cell summaries for programs: a data block, which no browser executes. */
function summaries({ schema, seed, budget, claims }: SuiteResult): Html {
  const data = {
    ...{ schema, seed, budget },
    claims: claims.map(({ id, cells, controls }) => ({
      id,
      cells: cells.map(({ sample: _, ...cell }) => cell),
      controls: controls.map(({ id, cellResults }) => ({
        id,
        cells: cellResults.map(({ sample: _, ...cell }) => cell),
      })),
    })),
  }
  return html`<script type="application/json" id="cells">
    ${trusted(escapeJson(data))}
  </script>`
}
