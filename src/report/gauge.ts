import type { ControlResult, PredictionResult } from '../../proofs-check/index.ts'
import { html, trusted, type Html } from './html.ts'
import { measuredInWords, predictedInWords, type Outcome } from './words.ts'

const width = 128
const height = 16

/** A strip that shows an interval against its target and margin: inside the region supports, clear of it refutes. */
export function gauge(result: PredictionResult | ControlResult, outcome: Outcome): Html | undefined {
  const { kind, side, target, margin, estimate, interval } = result
  if (kind === 'every' || !Number.isFinite(estimate) || interval.some(Number.isNaN) || !(margin > 0))
    return undefined
  const low = side === 'atMost' ? -Infinity : target - margin
  const high = side === 'atLeast' ? Infinity : target + margin
  const marks = [target, low, high, estimate, ...interval].filter(Number.isFinite)
  const [least, most] = [Math.min(...marks), Math.max(...marks)]
  const inset = 6
  const place = (value: number): number => {
    const x = inset + ((value - least) / (most - least)) * (width - 2 * inset)
    return Math.floor(10 * Math.min(width, Math.max(0, x))) / 10
  }
  const name = `measured ${measuredInWords(result)}, predicted ${predictedInWords(result)}`
  const box = `x="${place(low)}" width="${place(high) - place(low)}"`
  const span = `x1="${place(interval[0])}" x2="${place(interval[1])}"`
  const drawing =
    `<rect class="region" ${box} y="1" height="14" rx="2"/>` +
    `<line class="target" x1="${place(target)}" x2="${place(target)}" y1="1" y2="15"/>` +
    `<line class="interval" ${span} y1="8" y2="8"/>` +
    `<circle class="estimate" cx="${place(estimate)}" cy="8" r="3.2"/>`
  const size = trusted(`width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`)
  return html`<svg class="gauge ${outcome}" ${size} role="img" aria-label="${name}">${trusted(drawing)}</svg>`
}
