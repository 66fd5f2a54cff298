import type { FigureRecord } from '../../proofs-check/index.ts'
import { documentOf } from './document.ts'
import { figureSection } from './figure.ts'
import { html } from './html.ts'
import { formatNumber, formatSeconds } from './numbers.ts'
import type { Maker } from './page.ts'

/** What `glassjaw spectrum` found. */
export interface SpectrumResult {
  readonly schema: 1
  readonly model: string
  readonly data: string
  readonly kernel: 'ntk' | 'conjugate'
  readonly points: number
  /** Mercer eigenvalues, descending: those of the Gram matrix over the number of points. */
  readonly eigenvalues: readonly number[]
  readonly trace: number
  /** (Σλ)²/Σλ² */
  readonly effectiveRank: number
  readonly seconds: number
}

/** The page of a kernel's spectrum. */
export function renderSpectrum(result: SpectrumResult, maker: Maker): string {
  const { model, data, kernel, points, eigenvalues, trace, effectiveRank, seconds } = result
  const name = kernel === 'ntk' ? 'neural tangent kernel' : 'conjugate kernel'
  const shown = eigenvalues.map((y, i) => ({ x: i + 1, y })).filter(({ y }) => y > 0)
  const figure: FigureRecord = {
    id: 'spectrum',
    title: `Mercer eigenvalues of the ${name}`,
    caption: `On ${points} points; eigenvalues of the Gram matrix over ${points}, those that are not positive left out.`,
    x: { label: 'index', scale: 'log' },
    y: { label: 'eigenvalue', scale: 'log' },
    series: [{ label: 'eigenvalues', role: 'claim', points: shown, replicates: [] }],
    lines: [],
    bands: [],
  }
  return documentOf({
    title: `${kernel} of ${model}`,
    headline: `The ${name} of ${model} on ${points} points of ${data}`,
    facts: [
      ['Largest', formatNumber(eigenvalues[0]!)],
      ['Smallest', formatNumber(eigenvalues.at(-1)!)],
      ['Trace', formatNumber(trace)],
      ['Effective rank', formatNumber(effectiveRank)],
      ['Time', formatSeconds(seconds)],
      ['Version', maker.version],
    ],
    main: html`<section>
      <h2>Spectrum</h2>
      ${figureSection(figure)}
    </section>`,
  })
}
