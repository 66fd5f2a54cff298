import type {
  CellResult,
  ClaimResult,
  ControlResult,
  FigureRecord,
  PredictionResult,
  SuiteResult,
  Summary,
} from '../../proofs-check/index.ts'

/** Text that would break out of any context in which it is not escaped. */
export const nasty: string = `<script>alert("x")</script> & 'quoted' </script><img src="https://example.org/x.png">`

const summary: Summary = {
  count: 400,
  failed: 0,
  mean: 0.05,
  min: 0.001,
  quantiles: [0.004, 0.02, 0.042, 0.072, 0.12],
  max: 0.2,
}

function cell(n: number): CellResult {
  return {
    id: `d-${n}`,
    label: `d = m = ${n}`,
    sizes: { d: n, m: n },
    trials: 400,
    trialsOutsideHypotheses: 0,
    measurements: { relative: summary },
    sample: [{ relative: 0.04 }],
  }
}

const sizes = [256, 1024, 4096, 65_536, 1_000_000]

export const prediction: PredictionResult = {
  verdict: 'supported',
  estimate: -0.5012,
  interval: [-0.5081, -0.4944],
  byCell: [],
  id: 'slope',
  says: 'exponent of the median relative step in d',
  kind: 'slope',
  family: 'slope',
  cells: sizes.map((n) => `d-${n}`),
  target: -0.5,
  margin: 0.02,
  side: 'two',
  marginReason: 'Finite-size bias below 0.002; smallest departure worth reporting 0.018.',
  alpha: 2.5e-4,
  cap: 40_000,
  trials: 12_800,
  trialsOutsideHypotheses: 0,
  detectable: 0.0269,
}

export const control: ControlResult = {
  ...prediction,
  id: 'biased',
  says: 'an output bias as large as the output',
  verdict: 'refuted',
  estimate: 0.0004,
  interval: [-0.012, 0.013],
  breaks: 'centred',
  predicts: 'slope',
  value: 0,
  cellResults: [cell(256)],
}

/** Heights of `count` trials at x, spread over a factor of thirty without drawing anything. */
function cloud(x: number, count: number, height: number): { x: number; y: number }[] {
  return Array.from({ length: count }, (_, i) => ({
    x,
    y: height * (0.1 + ((i * 7919) % count) / count) ** 1.5,
  }))
}

export const figure: FigureRecord = {
  id: 'relative-step',
  title: 'Relative step against dimension',
  caption: 'The step that flips the sign, divided by the norm of the input.',
  x: { label: 'd = m', scale: 'log' },
  y: { label: 'relative step', scale: 'log' },
  series: [
    {
      label: 'median step',
      role: 'claim',
      points: sizes.map((x) => ({
        x,
        y: 0.7 / Math.sqrt(x),
        low: 0.66 / Math.sqrt(x),
        high: 0.74 / Math.sqrt(x),
      })),
      replicates: sizes.flatMap((x) => cloud(x, 600, 2 / Math.sqrt(x))),
      fit: { exponent: -0.5012, interval: [-0.5081, -0.4944], constant: 0.702 },
    },
    {
      label: 'with an output bias',
      role: 'control',
      points: sizes.slice(0, 4).map((x) => ({ x, y: 0.31, low: 0.29, high: 0.33 })),
      replicates: sizes.slice(0, 4).flatMap((x) => cloud(x, 600, 0.5)),
    },
  ],
  lines: [{ label: 'theory: 0.6745 / √d', points: sizes.map((x) => ({ x, y: 0.6745 / Math.sqrt(x) })) }],
  bands: [
    {
      label: 'middle half predicted',
      points: sizes.map((x) => ({ x, low: 0.3186 / Math.sqrt(x), high: 1.1503 / Math.sqrt(x) })),
    },
  ],
}

export const claim: ClaimResult = {
  id: 'toy',
  title: 'One gradient step flips a toy network',
  source: { kind: 'derived', where: 'A. Author (2026), Theorem 1', url: 'https://arxiv.org/abs/2104.03863' },
  statement: {
    text: 'The step that flips the sign has length of order one.',
    formula: '|f(x)| / ‖∇f(x)‖ = O(1)',
  },
  symbols: { d: 'inputs', m: 'width' },
  shows: { can: 'agreement with the exponent at these sizes', cannot: 'anything about larger sizes' },
  hypotheses: [{ id: 'centred', says: 'the output is centred' }],
  expected: 'supported',
  verdict: 'supported',
  alpha: 5e-4,
  predictions: [
    prediction,
    {
      ...prediction,
      id: 'flips',
      kind: 'probability',
      says: 'share of signs flipped by a one-sigma step at d = m = 4096',
      target: 0.6827,
      margin: 0.02,
      estimate: 0.6841,
      interval: [0.6672, 0.7009],
    },
    {
      ...prediction,
      id: 'identity',
      kind: 'every',
      says: 'the two forms of the distance agree',
      side: 'atMost',
      target: 0,
      margin: 1e-12,
      estimate: 3.1e-16,
      interval: [0, 3.1e-16],
      note: 'no counterexample in 12800 instances: their share is at most 0.00023 (95%)',
    },
  ],
  controls: [control],
  cells: sizes.map(cell),
  trials: 12_800,
  trialsOutsideHypotheses: 0,
  seconds: 4.2,
  replay: 'eyJzY2hlbWEiOjF9',
  figures: [figure],
}

export const result: SuiteResult = {
  schema: 1,
  seed: 1,
  budget: 'quick',
  alpha: 0.001,
  seconds: 4.25,
  claims: [claim],
}

/** The same run with text that must be escaped in every place that holds text. */
export const nastyResult: SuiteResult = {
  ...result,
  claims: [
    {
      ...claim,
      title: nasty,
      source: { ...claim.source, where: nasty, url: `https://example.org/"onmouseover="alert(1)` },
      statement: { text: nasty, formula: nasty },
      symbols: { [nasty]: nasty },
      shows: { can: nasty, cannot: nasty },
      hypotheses: [{ id: 'centred', says: nasty }],
      predictions: [{ ...prediction, says: nasty, marginReason: nasty, note: nasty }],
      controls: [{ ...control, says: nasty }],
      cells: [{ ...cell(256), id: nasty, label: nasty, measurements: { [nasty]: summary } }],
      figures: [
        {
          ...figure,
          title: nasty,
          caption: nasty,
          x: { ...figure.x, label: nasty },
          series: figure.series.map((series) => ({ ...series, label: nasty })),
        },
      ],
    },
  ],
}
