/** One axis of a figure. */
export interface Axis {
  readonly label: string
  readonly scale: 'linear' | 'log'
  /** Categories in place of numbers: a point's coordinate is then the index of its name. */
  readonly names?: readonly string[]
}

/** A point with its interval, where there is one. */
export interface FigurePoint {
  readonly x: number
  readonly y: number
  readonly low?: number
  readonly high?: number
}

/** Estimates of one quantity: the claim's own or a control's. */
export interface FigureSeries {
  readonly label: string
  readonly role: 'claim' | 'control'
  /** Estimates with their intervals, one per cell. */
  readonly points: readonly FigurePoint[]
  /** Single trials, x and y, for the cloud behind the estimates. */
  readonly replicates: readonly FigurePoint[]
  /** A fitted power law with the interval of its exponent. */
  readonly fit?: {
    readonly exponent: number
    readonly interval: readonly [number, number]
    readonly constant: number
  }
}

/** A line given by theory. */
export interface FigureLine {
  readonly label: string
  readonly points: readonly FigurePoint[]
}

/** A region along x: what counts as agreement, or where most trials lie. */
export interface FigureBand {
  readonly label: string
  readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[]
}

/** A figure as data: what to draw, not how. Every point has finite coordinates. */
export interface FigureRecord {
  readonly id: string
  readonly title: string
  readonly caption: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly FigureSeries[]
  readonly lines: readonly FigureLine[]
  readonly bands: readonly FigureBand[]
}
