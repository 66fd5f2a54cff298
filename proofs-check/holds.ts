import type { Cell, Claim, Measurement } from './claim.ts'
import type { ClaimResult, ControlResult, PredictionResult, ShrunkTrial } from './result.ts'
import { verify, type VerifyOptions } from './run.ts'
import { shrink } from './shrink.ts'

/**
 * Verifies one claim in a test of any framework; seed 1 and budget quick unless said. Throws Error when the verdict is
 * not the one expected or a control is not refuted: with what was predicted and measured, the smallest counterexample
 * found, and a token that runs it again on any machine (`replay`, `glassjaw verify FILE --replay TOKEN`).
 *
 * @example
 * test('positive half of the time', () => holds(half, { seed: 7 }))
 */
export async function holds<C extends Cell, M extends Measurement>(
  claim: Claim<C, M>,
  options: Partial<VerifyOptions> = {},
): Promise<ClaimResult> {
  const { seed = 1, budget = 'quick' } = options
  const one = claim as unknown as Claim
  const { claims } = await verify([one], { ...options, seed, budget })
  const result = claims[0]!
  const standing = result.controls.filter(({ verdict }) => verdict !== 'refuted')
  if (result.verdict === result.expected && standing.length === 0) return result
  const odd = result.verdict === result.expected ? [] : result.predictions.filter(contrary(result.expected))
  const parts = await Promise.all([...odd, ...standing].map((item) => inWords(one, seed, item)))
  const head = `${claim.id}: expected ${result.expected} and every control refuted, got ${result.verdict}`
  const left = standing.length > 0 ? ` and ${standing.length} not refuted` : ''
  throw new Error([`${head}${left} (seed ${seed}, budget ${budget})`, ...parts.flat()].join('\n'))
}

const contrary =
  (expected: 'supported' | 'refuted') =>
  ({ verdict }: PredictionResult): boolean =>
    expected === 'refuted' || verdict !== 'supported'

async function inWords(
  claim: Claim,
  seed: number,
  result: PredictionResult | ControlResult,
): Promise<string[]> {
  const { says, verdict, kind, target, margin, estimate, interval, trials, note, illustration } = result
  const variant = 'breaks' in result ? result.id : null
  const predicted = kind === 'every' || kind === 'law' ? `at most ${margin}` : `${target} ± ${margin}`
  const measured = `${shown(estimate)} [${interval.map(shown).join(', ')}] in ${trials} trials`
  const lines = [
    `  ${variant === null ? '' : `control ${variant}, `}${says}: ${verdict}`,
    `    predicted ${predicted}, measured ${measured}${note === undefined ? '' : `; ${note}`}`,
  ]
  const example =
    result.counterexample ??
    (verdict === 'refuted' ? await searched(claim, seed, result, variant) : undefined)
  if (example) {
    lines.push(`    smallest counterexample: ${listed(example.instance as object)}`)
    lines.push(`      measured ${listed(example.measurement)}`, `      replay ${example.replay}`)
  } else if (illustration) {
    lines.push(`    smallest cell: ${illustration.cell}, one trial: ${listed(illustration.measurement)}`)
    lines.push(`      replay ${illustration.replay}`)
  }
  return lines
}

/** By fast-check, for a claim whose instances it describes; without fast-check there is none. */
async function searched(
  claim: Claim,
  seed: number,
  { id, kind }: PredictionResult,
  variant: string | null,
): Promise<ShrunkTrial | undefined> {
  if (kind !== 'every' || claim.instances === undefined || variant !== null) return undefined
  return shrink(claim, id, { seed }).catch((error: Error) => {
    if (error.message.includes('npm install')) return undefined
    throw error
  })
}

function listed(values: object): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? shown(value) : JSON.stringify(value)}`)
    .join(', ')
}

function shown(value: number): string {
  return String(Number(value.toPrecision(5)))
}
