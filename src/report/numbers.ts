/** An interval; an end that is infinite is open. */
export type Interval = readonly [low: number, high: number]

/** A count with thousands separated: `65,536`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A number with at most `digits` significant digits and no idle zeros: `0.02`, `-0.5`, `1.2e-5`, `65,536`. */
export function formatNumber(value: number, digits = 4): string {
  if (value === 0) return '0'
  if (!Number.isFinite(value)) return String(value).replace('Infinity', '∞')
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return formatCount(value)
  const size = exponentOf(value)
  if (size < -4 || size >= 6) {
    return value.toExponential(digits - 1).replace(/\.?0*e\+?/, 'e')
  }
  return trimZeros(value.toFixed(Math.max(0, digits - 1 - size)))
}

/** A number with a given number of decimals. */
export function formatFixed(value: number, decimals: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals).replace(/^-(0\.?0*)$/, '$1') : formatNumber(value)
}

/** How many decimals show an interval's half width to two digits: what it is worth printing of an estimate. */
export function decimalsFor(interval: Interval): number {
  const half = (interval[1] - interval[0]) / 2
  if (!(half > 0) || !Number.isFinite(half)) return 4
  return Math.min(10, Math.max(0, 1 - exponentOf(half)))
}

/** An interval rounded outwards, so that what is printed never claims more than what was measured: `[0.671, 0.694]`. */
export function formatInterval(interval: Interval, decimals: number = decimalsFor(interval)): string {
  const unit = Number(`1e${decimals}`)
  const low = Math.floor(interval[0] * unit) / unit
  const high = Math.ceil(interval[1] * unit) / unit
  return `[${formatFixed(low, decimals)}, ${formatFixed(high, decimals)}]`
}

/** A duration for people: `0.4 s`, `48 s`, `1 min 52 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.floor(seconds + 0.5)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** A noun with its count: `1 claim`, `2 claims`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** floor(log10|x|), read off the decimal digits that JavaScript prints. */
function exponentOf(value: number): number {
  return Number(value.toExponential().split('e')[1])
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
