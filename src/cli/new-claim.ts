import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { stripsTypes } from './own-claims.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage.ts'

/** Writes a claim that works, to be changed into another one. Returns the exit code. */
export function newClaimCommand(name: string, terminal: Terminal): number {
  const file = /\.[cm]?[jt]s$/.test(name) ? name : `${name}${stripsTypes() ? '.ts' : '.js'}`
  const id = path.basename(file).replace(/\.[cm]?[jt]s$/, '')
  if (!/^[a-z][a-z0-9-]*$/.test(id))
    throw new UsageError(
      `new-claim: expected a name of small letters, digits and hyphens, got ${JSON.stringify(id)}`,
    )
  try {
    writeFileSync(file, template(id, path.basename(file)), { flag: 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const got = code === 'EEXIST' ? `${file}, which there is already` : message
    throw new UsageError(`new-claim: expected a file that can be made, got ${got}`)
  }
  const shown = /^[./\\]/.test(file) ? file : `./${file}`
  terminal.out(`Claim: ${file}\nTry it: glassjaw verify ${shown}\n`)
  return 0
}

/** The same text is JavaScript and TypeScript: its types are inferred. */
export function template(id: string, file: string): string {
  return `import { add, dot, mul, tensor } from 'glassjaw'
import { claim } from 'glassjaw/proofs-check'
import { sphere } from 'glassjaw/random'

/*
 * Say here what is claimed, who proved it, and what a run can and cannot show.
 *
 *   glassjaw verify ./${file}                       a verdict, in seconds
 *   glassjaw verify ./${file} --report report       the same as a page with figures
 *   glassjaw verify ./${file} --replay TOKEN        one trial again
 *
 * In a test: import { holds } from 'glassjaw/proofs-check', and await holds(thisClaim).
 */
export default claim({
  id: '${id}',
  title: 'Two random directions of R^d are nearly orthogonal: |cos| ∝ d^(-1/2)',

  // What the theorem supposes. A trial outside is counted, never judged.
  hypotheses: [
    { id: 'independent', says: 'the directions are independent', holds: ({ shared }) => shared === 0 },
  ],

  // The grid: sizes by name, the first on the axis of figures, and whatever the experiment needs.
  cells: [
    { id: 'd=16', sizes: { d: 16 }, shared: 0 },
    { id: 'd=64', sizes: { d: 64 }, shared: 0 },
    { id: 'd=256', sizes: { d: 256 }, shared: 0 },
  ],

  // One trial: everything random comes from the stream, everything measured is a number with a name.
  experiment({ sizes: { d }, shared }, stream) {
    const u = tensor(sphere(stream.child('u'), d, 1))
    const other = tensor(sphere(stream.child('v'), d, 1))
    const v = add(mul(u, shared), mul(other, 1 - shared))
    return { cosine: Math.abs(dot(u, v).item()) / Math.sqrt(dot(v, v).item()) }
  },

  // What is judged. A margin is what you would not call a departure, with its reason: written before the run.
  predictions: [
    {
      kind: 'slope',
      id: 'exponent',
      says: 'the median of |cos| falls like d^(-1/2)',
      level: 0.5,
      target: -0.5,
      margin: 0.1,
      marginReason: 'the exact median has exponent -0.51 between these sizes; 0.09 is worth reporting',
      of: ({ cosine }) => cosine,
    },
    {
      kind: 'every',
      id: 'bounded',
      says: '|cos| is at most 1',
      margin: 1 + 1e-12,
      marginReason: 'sums of 256 products round to about 1e-14',
      of: ({ cosine }) => cosine,
    },
  ],

  // The same with one hypothesis broken: if this were not refuted, the test could not tell true from false.
  controls: [
    {
      id: 'shared',
      breaks: 'independent',
      predicts: 'exponent',
      says: 'half of the second direction is the first',
      value: 0,
      alter: (cell) => ({ ...cell, shared: 0.5 }),
    },
  ],
})
`
}
