import { budgets, type Claim } from './claim.ts'

/** Refuses claims whose words are unknown, or whose error probabilities or references do not fit together. */
export function checkClaims(claims: readonly Claim[]): void {
  unique('claims', claims)
  for (const claim of claims) checkClaim(claim)
  const spent = claims.reduce((sum, { weight }) => sum + weight, 0)
  if (!(spent <= 1 + slack))
    throw new RangeError(
      `claims: expected weights that sum to at most 1, got ${spent}\nhint: run some of them apart, or give claims of your own smaller weights`,
    )
}

/** Sums of weights are compared with this much room for rounding. */
const slack = 1e-9

function checkClaim(claim: Claim): void {
  const { id, cells, predictions, controls, hypotheses } = claim
  oneOf(`${id}: expected`, claim.expected, ['supported', 'refuted'])
  if (controls.length === 0) throw new RangeError(`${id}: expected a control that must be refuted, got none`)
  unique(`${id}.cells`, cells)
  unique(`${id}.predictions and controls`, [...predictions, ...controls])
  unique(`${id}.hypotheses`, hypotheses)
  const weights = [claim, ...predictions, ...controls].map(({ weight }) => weight)
  if (!weights.every((weight) => weight > 0))
    throw new RangeError(`${id}: expected positive weights, got ${weights.join(', ')}`)
  const spent = weights.slice(1).reduce((sum, weight) => sum + weight, 0)
  if (!(Math.abs(spent - 1) <= slack))
    throw new RangeError(`${id}: expected weights of predictions and controls that sum to 1, got ${spent}`)
  for (const { id: cell, block } of cells) positiveInteger(`${id} / ${cell}: block`, block)
  for (const prediction of predictions) {
    const where = `${id} / ${prediction.id}`
    positiveInteger(`${where}: cap`, prediction.cap)
    oneOf(`${where}: kind`, prediction.kind, kinds)
    oneOf(`${where}: budget`, prediction.budget, budgets)
    if ('side' in prediction) oneOf(`${where}: side`, prediction.side, ['atLeast', 'atMost', undefined])
    const margins = prediction.kind === 'limit' ? prediction.margins : [prediction.margin]
    if (!margins.every((margin) => margin > 0)) {
      throw new RangeError(`${where}: expected positive margins, got ${margins.join(', ')}`)
    }
    known(`${where}: cells`, cells, prediction.cells)
    known(`${where}: needs`, hypotheses, prediction.needs ?? [])
    for (const { says, least = 0 } of prediction.cover ?? [])
      if (!(least >= 0 && least < 1))
        throw new RangeError(`${where}: cover: expected a share below 1 of ${says}, got ${least}`)
    const one = !['slope', 'sandwich', 'limit', 'every'].includes(prediction.kind)
    if (one && prediction.cells.length !== 1)
      throw new RangeError(`${where}: expected one cell, got ${prediction.cells.length}`)
    if (prediction.kind === 'limit' && prediction.margins.length !== prediction.cells.length)
      throw new RangeError(
        `${where}: expected one margin per cell, got ${prediction.margins.length} for ${prediction.cells.length}`,
      )
  }
  for (const control of controls) {
    positiveInteger(`${id} / ${control.id}: cap`, control.cap)
    known(`${id} / ${control.id}: predicts`, predictions, [control.predicts])
    known(`${id} / ${control.id}: breaks`, hypotheses, [control.breaks])
    const prediction = predictions.find((one) => one.id === control.predicts)!
    const target = 'target' in prediction ? prediction.target : 0
    const margin = prediction.kind === 'limit' ? prediction.margins.at(-1)! : prediction.margin
    if (!(Math.abs(control.value - target) >= 3 * margin - slack)) {
      throw new RangeError(
        `${id} / ${control.id}: expected a value at least three margins from ${target}, got ${control.value}`,
      )
    }
  }
}

const kinds = ['probability', 'mean', 'quantile', 'slope', 'sandwich', 'limit', 'law', 'every']

function oneOf(what: string, got: string | undefined, list: readonly (string | undefined)[]): void {
  if (!list.includes(got)) throw new RangeError(`${what}: expected ${list.join(', ')}, got ${String(got)}`)
}

function unique(what: string, list: readonly { readonly id: string }[]): void {
  const ids = list.map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new RangeError(`${what}: expected different ids, got ${twice} twice`)
}

function known(what: string, list: readonly { readonly id: string }[], wanted: readonly string[]): void {
  const missing = wanted.find((id) => !list.some((item) => item.id === id))
  if (missing !== undefined) throw new RangeError(`${what}: expected declared ids, got ${missing}`)
}

function positiveInteger(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${what}: expected a positive integer, got ${value}`)
}
