import type { FigureRecord, FigureSeries } from '../../proofs-check/index.ts'

/** How a series looks: colours are CSS variables of the page, so that a drawing follows light and dark mode. */
export interface Look {
  readonly color: string
  readonly symbol: 'circle' | 'triangle' | 'square' | 'diamond' | 'star' | 'wye'
}

const claimColors = ['var(--claim-1)', 'var(--claim-2)', 'var(--claim-3)', 'var(--claim-4)']
const controlColors = ['var(--control-1)', 'var(--control-2)', 'var(--control-3)', 'var(--control-4)']
const controlSymbols = ['triangle', 'square', 'diamond', 'star', 'wye'] as const

/** The looks of a figure's series: cool circles for the claim's own, warm and angular ones for controls. */
export function looks(figure: FigureRecord): readonly Look[] {
  const rank = (series: FigureSeries) =>
    figure.series.filter(({ role }) => role === series.role).indexOf(series)
  return figure.series.map((series) => {
    const index = rank(series)
    return series.role === 'claim'
      ? { color: claimColors[index % claimColors.length]!, symbol: 'circle' }
      : {
          color: controlColors[index % controlColors.length]!,
          symbol: controlSymbols[index % controlSymbols.length]!,
        }
  })
}

/** The fill of each band: bands of one label are one thing, and look alike. */
export function bandFills({ bands }: FigureRecord): readonly string[] {
  const labels = [...new Set(bands.map(({ label }) => label))]
  return bands.map(({ label }) => `var(--band-${(labels.indexOf(label) % 2) + 1})`)
}
