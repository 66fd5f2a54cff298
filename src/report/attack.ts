import type { FigureRecord } from '../../proofs-check/index.ts'
import { documentOf } from './document.ts'
import { figureSection } from './figure.ts'
import { html, type Html } from './html.ts'
import { gallery, isImage, type Picture } from './images.ts'
import { formatNumber, formatSeconds } from './numbers.ts'
import { numeric, table } from './table.ts'
import type { Maker } from './page.ts'

/** One sample of `glassjaw attack` or `glassjaw radius`. */
export interface AttackedSample {
  readonly index: number
  readonly found: boolean
  readonly status: string
  readonly verified: boolean
  /** ‖x′ - x‖, null where nothing was found. */
  readonly norm: number | null
  readonly label: number
  readonly adversarialLabel: number | null
  readonly queries: { readonly forward: number; readonly backward: number }
  /** A certified radius, where that was asked for. */
  readonly lower?: number
}

export interface AttackReport {
  readonly schema: 1
  readonly model: string
  readonly data: string
  readonly norm: string
  /** The attack, or `bracket`. */
  readonly method: string
  readonly seed: number
  readonly epsilon?: number
  readonly samples: readonly AttackedSample[]
  readonly seconds: number
}

/** A clean image, its perturbation and the adversarial image. */
export interface Triple {
  readonly clean: Picture
  readonly perturbation: Picture
  readonly adversarial: Picture
}

/** The page of an attack: robustness curve from above, from below too for brackets, and images. */
export function renderAttack(result: AttackReport, triples: readonly Triple[], maker: Maker): string {
  const { model, data, norm, method, samples, seed, seconds } = result
  const norms = samples.flatMap((sample) => (sample.norm === null ? [] : [sample.norm])).sort((a, b) => a - b)
  const found = samples.filter((sample) => sample.found).length
  return documentOf({
    title: `${method} on ${model}`,
    headline: `${found} of ${samples.length} samples of ${data} have an adversarial neighbour, in the median at ${norm} distance ${norms.length > 0 ? formatNumber(norms[norms.length >> 1]!) : 'none'}`,
    facts: [
      ['Model', model],
      ['Method', method],
      ['Norm', norm],
      ['Seed', String(seed)],
      ['Time', formatSeconds(seconds)],
      ['Version', maker.version],
    ],
    main: html`<section>
        <h2>Robustness</h2>
        ${figureSection(curves(result))}
      </section>
      ${
        triples.length > 0 &&
        isImage(triples[0]!.clean.shape) &&
        html`<section>
          <h2>Images</h2>
          <p>The clean image, the perturbation (grey is none), and the adversarial image.</p>
          ${triples.map(({ clean, perturbation, adversarial }) => gallery([clean, perturbation, adversarial]))}
        </section>`
      }
      <section>
        <h2>Samples</h2>
        ${sampleTable(samples)}
      </section>`,
  })
}

/** Share of samples still right at each distance, after the attack, and by certificates. */
function curves({ samples, norm, method }: AttackReport): FigureRecord {
  const n = samples.length
  const ends = (distances: readonly number[]): { x: number; y: number }[] => {
    const sorted = [...distances].sort((a, b) => a - b)
    return sorted.map((x, i) => ({ x, y: 1 - (i + 1) / n }))
  }
  const upper = samples.flatMap((sample) => (sample.norm === null ? [] : [sample.norm]))
  const lower = samples.flatMap((sample) => (sample.lower === undefined ? [] : [sample.lower]))
  const series = (label: string, distances: readonly number[], role: 'claim' | 'control') => {
    return { label, role, points: ends(distances), replicates: [] }
  }
  return {
    id: 'robustness',
    title: `Share of samples whose class does not change within a distance (${norm})`,
    caption:
      'Every dot is one sample. The truth lies between what an attack leaves and what a certificate proves.',
    x: { label: `${norm} distance`, scale: 'linear' },
    y: { label: 'share', scale: 'linear' },
    series: [
      series(`at most: ${method}`, upper, 'claim'),
      ...(lower.length > 0 ? [series('at least: certificates', lower, 'control')] : []),
    ],
    lines: [],
    bands: [],
  }
}

function sampleTable(samples: readonly AttackedSample[]): Html {
  const certified = samples.some(({ lower }) => lower !== undefined)
  return table({
    caption: 'Every sample',
    columns: [
      ...['sample', 'status'],
      numeric('distance'),
      ...(certified ? [numeric('certified')] : []),
      ...['class', 'becomes', 'evaluations'].map(numeric),
    ],
    rows: samples.map(
      ({ index, status, norm, lower, label, adversarialLabel, queries }) =>
        html`<tr>
          <th scope="row">${index}</th>
          <td>${status}</td>
          <td class="number">${norm === null ? '' : formatNumber(norm)}</td>
          ${certified && html`<td class="number">${lower === undefined ? '' : formatNumber(lower)}</td>`}
          <td class="number">${label}</td>
          <td class="number">${adversarialLabel ?? ''}</td>
          <td class="number">${queries.forward + queries.backward}</td>
        </tr>`,
    ),
  })
}
