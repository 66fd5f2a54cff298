// Measures by simulation how often verdicts are false at the edge of a margin, and writes proofs-check/error-rates.ts.
import { build } from 'esbuild'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { format, resolveConfig } from 'prettier'
import { root } from './run.mjs'

const runs = 500
const { outputFiles } = await build({
  ...{ absWorkingDir: root, entryPoints: ['test/proofs-check/edges.ts'], bundle: true, format: 'esm' },
  ...{ platform: 'node', write: false, external: ['fast-check'] },
})
const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.text ?? '').toString('base64')}`
const { alpha, situations, measured } = await import(url)
const rates = Object.keys(situations).map((kind) => measured(kind, runs))

const text = `/** How often a kind of prediction erred in simulated runs whose truth is known. */
export interface ErrorRate {
  readonly kind: string
  /** Simulated runs of each sort, with a look after every block. */
  readonly runs: number
  /** Runs that supported, with the truth just outside of the margin. */
  readonly supportedOutside: number
  /** Runs that refuted, with the truth just inside. */
  readonly refutedInside: number
  /** Runs that stayed undecided at their cap, with the truth at the target. */
  readonly undecidedAtTarget: number
}

/** Measured by scripts/error-rates.mjs, which writes this file: each of the first two counts is at most α of the runs. */
export const errorRates: { readonly alpha: number; readonly rates: readonly ErrorRate[] } = ${JSON.stringify({ alpha, rates })}
`
const file = path.join(root, 'proofs-check/error-rates.ts')
writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }))
