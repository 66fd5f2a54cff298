import { lawCap, levelOf, limitCap, meanCap, probabilityCap } from './caps.ts'
import type {
  Cell,
  Claim,
  Control,
  EveryPrediction,
  LawPrediction,
  LimitPrediction,
  MeanPrediction,
  Measurement,
  Prediction,
  ProbabilityPrediction,
  QuantilePrediction,
  SandwichPrediction,
  SlopePrediction,
} from './claim.ts'
import { cloudFigure } from './figures.ts'

/** A type with some of its properties left to a default. */
type Without<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>
type Defaulted = 'budget' | 'weight' | 'cells' | 'cap' | 'marginReason'

/** A cell of which only the id must be said: the label is the id, there are no sizes, and a block is 100 trials. */
export type OwnCell = Without<Cell, 'label' | 'sizes' | 'block'>

/**
 * A prediction without its bookkeeping: budget quick; weights are shared equally; the first cell for one number, all
 * cells for `slope`, `sandwich`, `limit` and `every`; the cap from `design()` where the target settles it, else 1,000
 * instances for `every` and 10,000 trials a cell.
 */
export type OwnPrediction<C extends Cell, M extends Measurement> =
  | Without<ProbabilityPrediction<C, M>, Defaulted>
  | Without<MeanPrediction<C, M>, Defaulted>
  | Without<QuantilePrediction<C, M>, Defaulted>
  | Without<SlopePrediction<C, M>, Defaulted>
  | Without<SandwichPrediction<C, M>, Defaulted>
  | Without<LimitPrediction<C, M>, Defaulted>
  | Without<LawPrediction<C, M>, Defaulted>
  | Without<EveryPrediction<C, M>, Defaulted>

/** A claim of one's own. What is left out says so in the report; `weight` is 1/64, so that a suite can take it in. */
export interface OwnClaim<D extends OwnCell, M extends Measurement, C extends Cell = D & Cell>
  extends
    Pick<Claim<C, M>, 'id' | 'title' | 'hypotheses'>,
    Partial<
      Omit<Claim<C, M>, 'id' | 'title' | 'hypotheses' | 'cells' | 'predictions' | 'controls' | 'experiment'>
    > {
  readonly cells: readonly [D, ...D[]]
  experiment(cell: C, stream: Parameters<Claim['experiment']>[1]): M | Promise<M>
  readonly predictions: readonly [OwnPrediction<C, M>, ...OwnPrediction<C, M>[]]
  readonly controls: readonly [
    Without<Control<C>, 'weight' | 'cap'>,
    ...Without<Control<C>, 'weight' | 'cap'>[],
  ]
}

/**
 * A claim of one's own with everything filled in that a verdict needs; `expected` is supported, and figures show
 * what was measured against the first size. Its hypotheses, controls, targets and margins have no default.
 *
 * @example
 * export default claim({
 *   id: 'half',
 *   title: 'A normal variable is positive half of the time',
 *   hypotheses: [{ id: 'centred', says: 'its mean is 0', holds: ({ mean }) => mean === 0 }],
 *   cells: [{ id: 'standard', mean: 0 }],
 *   experiment: ({ mean }, stream) => ({ positive: normal(stream, 1)[0]! + mean > 0 ? 1 : 0 }),
 *   predictions: [
 *     { kind: 'probability', id: 'positive', says: 'P(X > 0)', target: 0.5, margin: 0.05, of: (m) => m.positive },
 *   ],
 *   controls: [
 *     { id: 'moved', breaks: 'centred', predicts: 'positive', says: 'the mean is 1', value: 0.84,
 *       alter: (cell) => ({ ...cell, mean: 1 }) },
 *   ],
 * })
 */
export function claim<D extends OwnCell, M extends Measurement>(own: OwnClaim<D, M>): Claim<D & Cell, M> {
  type C = D & Cell
  const { weight = 1 / 64 } = own
  const cells = own.cells.map((cell): C => ({ label: cell.id, sizes: {}, block: 100, ...cell }))
  const spent = [...own.predictions, ...own.controls].map(({ weight }) => weight)
  const left = 1 - spent.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  const share = left / spent.filter((one) => one === undefined).length
  const predictions = own.predictions.map((prediction): Prediction<C, M> => {
    const many = ['slope', 'sandwich', 'limit', 'every'].includes(prediction.kind)
    const named = prediction.cells ?? (many ? cells : cells.slice(0, 1)).map(({ id }) => id)
    const full = {
      ...{ budget: 'quick', weight: share, marginReason: 'none given', cap: 1 },
      ...prediction,
      cells: named,
    } as Prediction<C, M>
    if (prediction.cap !== undefined) return full
    const inside = cells.filter(({ id }) => named.includes(id))
    return { ...full, ...capOf(full as Prediction, inside, levelOf(weight, full.weight)) }
  })
  const controls = own.controls.map((control): Control<C> => ({
    weight: share,
    cap: predictions.find(({ id }) => id === control.predicts)?.cap ?? 1,
    ...control,
  }))
  return {
    source: { kind: 'measured', where: 'a claim of one’s own', url: '' },
    statement: { text: own.title, formula: '' },
    symbols: {},
    shows: { can: 'agreement in these cells', cannot: 'anything about other cells' },
    expected: 'supported',
    figures: (result) => clouds(result),
    ...own,
    weight,
    cells: cells as [C, ...C[]],
    predictions: predictions as [Prediction<C, M>, ...Prediction<C, M>[]],
    controls: controls as [Control<C>, ...Control<C>[]],
  }
}

/** A cap that settles the target itself, with the bet that goes with it. */
function capOf(
  prediction: Prediction,
  cells: readonly Cell[],
  alpha: number,
): { readonly cap: number; readonly bet?: number } {
  const [{ block }, ...others] = cells as [Cell, ...Cell[]]
  const plain = 10_000 * (1 + others.length)
  switch (prediction.kind) {
    case 'probability': {
      const { target, margin } = prediction
      return { cap: probabilityCap({ target, margin, alpha, block, side: prediction.side ?? 'two' }) }
    }
    case 'mean': {
      const { target, margin } = prediction
      const [low, high] = prediction.range
      const variance = (target - low) * (high - target)
      if (!(variance > 0)) return { cap: plain }
      const { trials, bet } = meanCap({ target, margin, low, high, variance, alpha, block })
      return { cap: trials, bet: prediction.bet ?? bet }
    }
    case 'limit': {
      const { target, margins, range, level } = prediction
      if (range !== undefined || level !== undefined) return { cap: plain }
      const truths = margins.map(() => target)
      return { cap: limitCap({ target, margins, truths, blocks: cells.map(({ block }) => block), alpha }) }
    }
    case 'law':
      return { cap: lawCap({ margin: prediction.margin, alpha, block }) }
    case 'every':
      return { cap: 1000 }
    case 'quantile':
    case 'slope':
    case 'sandwich':
      return { cap: plain }
  }
}

/** Every measurement against the first size, as far as there are sizes. */
function clouds(result: Parameters<typeof cloudFigure>[0]): ReturnType<typeof cloudFigure>[] {
  const size = Object.keys(result.cells[0]?.sizes ?? {})[0]
  if (size === undefined) return []
  return Object.keys(result.cells[0]!.measurements).map((of) =>
    cloudFigure(result, {
      ...{ id: `cloud-${of}`, title: of, caption: 'Every dot is one trial.', of, label: of, size },
      predictions: [],
    }),
  )
}
