import type { FigureRecord } from '../../proofs-check/index.ts'
import { documentOf } from './document.ts'
import { figureSection } from './figure.ts'
import { html, type Html } from './html.ts'
import { gallery, isImage, type Picture } from './images.ts'
import { formatCount, formatSeconds } from './numbers.ts'
import { numeric, table } from './table.ts'
import type { Maker } from './page.ts'

/** What `glassjaw train` found: plain data, the same bits for one seed apart from `seconds`. */
export interface TrainingResult {
  readonly schema: 1
  readonly data: string
  readonly architecture: string
  readonly parameters: number
  readonly seed: number
  readonly status: string
  readonly steps: number
  readonly epochs: readonly { readonly epoch: number; readonly step: number; readonly loss: number }[]
  /** Loss of every step, before it, on its batch. */
  readonly losses: readonly number[]
  readonly trainAccuracy: number
  readonly testAccuracy: number
  /** Test samples of class i (row) predicted as class j (column). */
  readonly confusion: readonly (readonly number[])[]
  readonly seconds: number
}

/** The page of a training run: loss curve, confusion table, some test images with what the network sees in them. */
export function renderTraining(result: TrainingResult, samples: readonly Picture[], maker: Maker): string {
  const { architecture, data, testAccuracy, trainAccuracy, seed, steps, seconds, status, parameters } = result
  return documentOf({
    title: `${architecture} on ${data}`,
    headline: `${architecture} on ${data}: ${percent(testAccuracy)} of the test samples classified right`,
    facts: [
      ['Training samples right', percent(trainAccuracy)],
      ['Status', status],
      ['Steps', formatCount(steps)],
      ['Parameters', formatCount(parameters)],
      ['Seed', String(seed)],
      ['Time', formatSeconds(seconds)],
      ['Version', maker.version],
    ],
    main: html`<section>
        <h2>Loss</h2>
        ${figureSection(lossFigure(result))}
      </section>
      <section>
        <h2>Confusion</h2>
        ${confusionTable(result.confusion)}
      </section>
      ${
        samples.length > 0 &&
        isImage(samples[0]!.shape) &&
        html`<section>
          <h2>Test samples</h2>
          ${gallery(samples)}
        </section>`
      }`,
  })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`
}

function lossFigure({ losses, epochs, steps }: TrainingResult): FigureRecord {
  const first = steps - losses.length
  const trials = losses
    .map((y, i) => ({ x: first + i + 1, y }))
    .filter(({ y }) => Number.isFinite(y) && y > 0)
  const points = epochs.map(({ step, loss }) => ({ x: step, y: loss })).filter(({ y }) => y > 0)
  return {
    id: 'loss',
    title: 'Loss on the batches of each step, and its mean over each epoch',
    caption: 'Before each step, on the batch of that step.',
    x: { label: 'step', scale: 'linear' },
    y: { label: 'loss', scale: 'log' },
    series: [{ label: 'mean over an epoch', role: 'claim', points, replicates: trials }],
    lines: [],
    bands: [],
  }
}

function confusionTable(confusion: TrainingResult['confusion']): Html {
  return table({
    caption: 'Test samples of each class (row) by the class that the network gives them (column)',
    columns: ['class', ...confusion.map((_, k) => numeric(k))],
    rows: confusion.map(
      (row, i) =>
        html`<tr>
          <th scope="row">${i}</th>
          ${row.map((n) => html`<td class="number">${n === 0 ? '·' : n}</td>`)}
        </tr>`,
    ),
  })
}
