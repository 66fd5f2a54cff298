import { apgd, minimalApgd } from './apgd.ts'
import { hopSkipJump, square } from './black-box.ts'
import { carliniWagner } from './carlini-wagner.ts'
import { ddn } from './ddn.ts'
import { deepFool } from './deepfool.ts'
import { fab } from './fab.ts'
import { fmn } from './fmn.ts'
import { gradientStep } from './gradient-step.ts'
import type { AttackLoss } from './losses.ts'
import { dualLength, lengthIn, type Norm } from './norms.ts'
import { smoothNorm } from './minimal-steps.ts'
import { fgm, pgd } from './pgd.ts'
import { decisive, smallest, type Problem } from './problem.ts'
import { rays } from './rays.ts'
import { greedy, sigmaZero } from './sparse.ts'
import { superDeepFool } from './super-deepfool.ts'

/** Attacks that look for the nearest adversarial point. */
export type MinimalName =
  | 'gradient-step'
  | 'deepfool'
  | 'super-deepfool'
  | 'fab'
  | 'ddn'
  | 'fmn'
  | 'carlini-wagner'
  | 'apgd-minimal'
  | 'greedy'
  | 'sigma-zero'
  | 'hop-skip-jump'
  | 'rays'

/** Attacks that look for an adversarial point within `epsilon`. */
export type BudgetName = 'fgm' | 'pgd' | 'apgd' | 'square'

export type AttackName = MinimalName | BudgetName

/** What attacks may be told; each reads what it knows. */
export interface MethodOptions {
  readonly epsilon?: number
  readonly steps?: number
  readonly loss?: AttackLoss
  /** The number of the restart; 0 starts at x. */
  readonly restart: number
  /** The smallest norm that earlier restarts found. */
  readonly known: number
  /** Length of an image's rows, for square. */
  readonly side?: number
}

export interface Method {
  readonly kind: 'minimal' | 'budget'
  readonly norms: readonly Norm[]
  run(problem: Problem, options: MethodOptions): void
}

const smooth: readonly Norm[] = ['l1', 'l2', 'linf']
const stepsOf = ({ steps }: MethodOptions): { readonly steps?: number } =>
  steps === undefined ? {} : { steps }
const budgetOf = ({ epsilon, loss, restart, ...rest }: MethodOptions) => {
  return { epsilon: epsilon!, restart, ...stepsOf(rest as MethodOptions), ...(loss && { loss }) }
}

/** All attacks by name. */
export const methods: Readonly<Record<AttackName, Method>> = {
  'gradient-step': { kind: 'minimal', norms: smooth, run: gradientStep },
  deepfool: { kind: 'minimal', norms: smooth, run: (p, o) => deepFool(p, stepsOf(o)) },
  'super-deepfool': { kind: 'minimal', norms: ['l2'], run: (p) => superDeepFool(p) },
  fab: {
    ...{ kind: 'minimal', norms: smooth },
    run: (p, o) => fab(p, { ...stepsOf(o), restart: o.restart, known: o.known }),
  },
  ddn: { kind: 'minimal', norms: ['l2'], run: (p, o) => ddn(p, stepsOf(o)) },
  fmn: { kind: 'minimal', norms: ['l0', 'l1', 'l2', 'linf'], run: (p, o) => fmn(p, stepsOf(o)) },
  'carlini-wagner': { kind: 'minimal', norms: ['l2'], run: (p, o) => carliniWagner(p, stepsOf(o)) },
  'apgd-minimal': {
    ...{ kind: 'minimal', norms: smooth },
    run: (p, o) => minimalApgd(p, { ...stepsOf(o), restart: o.restart }, firstGuess(p)),
  },
  greedy: { kind: 'minimal', norms: ['l0'], run: greedy },
  'sigma-zero': { kind: 'minimal', norms: ['l0'], run: (p, o) => sigmaZero(p, stepsOf(o)) },
  'hop-skip-jump': {
    kind: 'minimal',
    norms: ['l2'],
    run: (p, o) => hopSkipJump(p, o.steps ? { rounds: o.steps } : {}),
  },
  rays: { kind: 'minimal', norms: smooth, run: (p, { known }) => rays(p, { known }) },
  fgm: { kind: 'budget', norms: smooth, run: (p, o) => fgm(p, budgetOf(o)) },
  pgd: { kind: 'budget', norms: ['l0', 'l1', 'l2', 'linf'], run: (p, o) => pgd(p, budgetOf(o)) },
  apgd: { kind: 'budget', norms: smooth, run: (p, o) => apgd(p, budgetOf(o)) },
  square: {
    ...{ kind: 'budget', norms: ['l2', 'linf'] },
    run: (p, o) =>
      square(p, { ...budgetOf(o), ...(o.steps && { queries: o.steps }), ...(o.side && { side: o.side }) }),
  },
}

/** The linear model's distance to the boundary, or that to the origin where the gradient vanishes. */
function firstGuess(problem: Problem): number {
  const { margins, gradient } = problem.pull(problem.x, smallest)
  const slope = dualLength(smoothNorm(problem), gradient)
  return slope > 0 ? Math.abs(decisive(margins)) / slope : lengthIn(smoothNorm(problem), problem.x)
}
