import type { FigureRecord, FigureSeries } from '../../proofs-check/index.ts'
import { draw, mostReplicates } from './drawing.ts'
import { html, trusted, type Html } from './html.ts'
import { countOf, decimalsFor, formatFixed, formatInterval, formatNumber } from './numbers.ts'
import { bandFills, looks, type Look } from './palette.ts'
import { numeric, table } from './table.ts'
import { minus, prose, sentence } from './typeset.ts'

/** A figure with its title, legend, caption and the estimates as a table. */
export function figureSection(figure: FigureRecord): Html {
  return html`<figure>
    <h4>${prose(figure.title)}</h4>
    ${legend(figure)}
    <div class="drawing">${draw(figure)}</div>
    <figcaption>${prose(sentence(figure.caption))} ${thinned(figure)}</figcaption>
    ${estimatesTable(figure)}
  </figure>`
}

/** The fitted exponent in words, with its interval. */
export function fitInWords({ fit }: FigureSeries): string {
  if (!fit) return ''
  const decimals = decimalsFor(fit.interval)
  return `fitted exponent ${formatFixed(fit.exponent, decimals)} ${formatInterval(fit.interval, decimals)}`
}

function legend(figure: FigureRecord): Html {
  const palette = looks(figure)
  const series = figure.series.map((item, index) => {
    const fit = fitInWords(item)
    return html`<li>${swatch(palette[index]!)} ${prose(item.label)}${fit && `: ${minus(fit)}`}</li>`
  })
  const fills = bandFills(figure)
  const lines = once(figure.lines).map(
    ({ label }) =>
      html`<li>${key('<line x1="1" x2="21" y1="6" y2="6" class="theory"/>')} ${prose(label)}</li>`,
  )
  const bands = once(figure.bands).map((band) => {
    const fill = fills[figure.bands.indexOf(band)]
    return html`<li>${key(`<rect width="22" height="12" fill="${fill}"/>`)} ${prose(band.label)}</li>`
  })
  return html`<ul class="legend">
    ${series}${lines}${bands}
  </ul>`
}

/** The first of each label: lines of one label are one thing. */
function once<T extends { readonly label: string }>(items: readonly T[]): readonly T[] {
  return items.filter(({ label }, index) => items.findIndex((item) => item.label === label) === index)
}

const shapes: Record<Look['symbol'], string> = {
  circle: '<circle cx="11" cy="6" r="4.2"/>',
  triangle: '<path d="M11 1 16 10.5H6Z"/>',
  square: '<rect x="7" y="2" width="8" height="8"/>',
  diamond: '<path d="M11 .5 15 6 11 11.5 7 6Z"/>',
  star: '<path d="M11 0l1.5 4.2 4.4.1-3.5 2.7 1.3 4.2L11 8.7l-3.7 2.5 1.3-4.2-3.5-2.7 4.4-.1Z"/>',
  wye: '<path d="M9.5 12V7.5L5.6 5.2 7.1 2.6 11 4.9 14.9 2.6l1.5 2.6-3.9 2.3V12Z"/>',
}

function swatch({ color, symbol }: Look): Html {
  return key(`<g fill="${color}">${shapes[symbol]}</g>`)
}

function key(drawing: string): Html {
  return trusted(
    `<svg class="key" width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">${drawing}</svg>`,
  )
}

function thinned({ series }: FigureRecord): string {
  const all = series.reduce((sum, { replicates }) => sum + replicates.length, 0)
  if (all === 0) return ''
  return all > mostReplicates
    ? `Small dots are ${countOf(mostReplicates, 'single trial')}, spread evenly over ${countOf(all, 'recorded trial')}.`
    : 'Small dots are single trials.'
}

function estimatesTable(figure: FigureRecord): Html | undefined {
  const name = (x: number): string => figure.x.names?.[x] ?? formatNumber(x)
  const rows = figure.series.flatMap(({ label, points }) =>
    points.map(
      ({ x, y, low, high }) =>
        html`<tr>
          <th scope="row">${label}</th>
          <td class="number">${name(x)}</td>
          <td class="number">${minus(formatNumber(y))}</td>
          <td class="number">
            ${low !== undefined && high !== undefined && minus(formatInterval([low, high]))}
          </td>
        </tr>`,
    ),
  )
  if (rows.length === 0) return undefined
  return html`<details>
    <summary>The numbers in this figure</summary>
    ${table({
      caption: `${figure.title}: estimates`,
      columns: ['Series', numeric(figure.x.label), numeric(figure.y.label), numeric('Interval')],
      rows,
    })}
  </details>`
}
