import type { Tensor } from '../array/index.ts'
import type { Model } from '../nets/index.ts'
import { attack, type AttackOptions, type PlainModel } from './attack.ts'
import { methods, type AttackName } from './methods.ts'
import type { Norm } from './norms.ts'
import type { AttackResult } from './result.ts'

/** The nearest result of several attacks, and whose it is. */
export interface EnsembleResult extends AttackResult {
  readonly witness: AttackName | undefined
  /** The norms that the members found, Infinity where they found nothing. */
  readonly norms: Readonly<Partial<Record<AttackName, number>>>
}

/** The members of `strongest` in each norm. */
export const strongestMembers: Readonly<Record<Norm, readonly AttackName[]>> = {
  l0: ['greedy', 'sigma-zero', 'fmn'],
  l1: ['fab', 'apgd-minimal', 'deepfool', 'fmn', 'rays'],
  l2: ['fab', 'ddn', 'apgd-minimal', 'super-deepfool', 'fmn', 'rays'],
  linf: ['fab', 'apgd-minimal', 'deepfool', 'fmn', 'rays'],
}

/**
 * The nearest adversarial point that any of the members finds, with `restarts` (3) of those that know restarts. Its norm is
 * the smallest of theirs. Errors: as `attack`.
 */
export async function strongest(
  model: Model | PlainModel,
  x: Tensor,
  labels?: ArrayLike<number>,
  options: AttackOptions & { readonly members?: readonly AttackName[] } = {},
): Promise<readonly EnsembleResult[]> {
  const { norm = 'l2', restarts = 3, members = strongestMembers[norm], onSample, ...rest } = options
  if (members.length === 0) throw new RangeError('strongest: expected at least one member, got none')
  const all: { readonly name: AttackName; readonly results: readonly AttackResult[] }[] = []
  const n = x.shape[0] ?? 0
  for (const [done, name] of members.entries()) {
    const again = ['fab', 'apgd-minimal'].includes(name) ? restarts : 1
    const progress = onSample && { onSample: (i: number) => onSample(done * n + i, members.length * n) }
    all.push({
      name,
      results: await attack(name, model, x, labels, { ...rest, norm, restarts: again, ...progress }),
    })
  }
  const complete = Math.min(...all.map(({ results }) => results.length))
  return Array.from({ length: complete }, (_, i) =>
    nearest(all.map(({ name, results }) => ({ name, result: results[i]! }))),
  )
}

function distanceOf(result: AttackResult | undefined): number {
  return result?.found ? result.norm : Infinity
}

function nearest(
  candidates: readonly { readonly name: AttackName; readonly result: AttackResult }[],
): EnsembleResult {
  const best = candidates.reduce((a, b) => (distanceOf(b.result) < distanceOf(a.result) ? b : a))
  const queries = { forward: 0, backward: 0 }
  for (const { result } of candidates) {
    queries.forward += result.queries.forward
    queries.backward += result.queries.backward
  }
  return {
    ...best.result,
    queries,
    witness: best.result.found ? best.name : undefined,
    norms: Object.fromEntries(candidates.map(({ name, result }) => [name, distanceOf(result)])),
  }
}

/** Share of samples that are still classified right at perturbations of each length: 1 at 0 but for those that never were. */
export function robustnessCurve(
  results: readonly AttackResult[],
  lengths: readonly number[],
): readonly { readonly epsilon: number; readonly robust: number }[] {
  return lengths.map((epsilon) => {
    const broken = results.filter(
      ({ status, norm }) => status === 'already' || (status === 'found' && norm <= epsilon),
    )
    return { epsilon, robust: 1 - broken.length / results.length }
  })
}

export interface StandardEvaluation {
  readonly clean: number
  /** Share of samples that no member flips within epsilon. */
  readonly robust: number
  /** Samples flipped by each member that those before it left. */
  readonly flipped: Readonly<Partial<Record<AttackName, number>>>
}

/**
 * Accuracy at a fixed ε in l2 or linf under APGD with cross-entropy, APGD with the DLR loss (the margin below three classes),
 * FAB and Square, each on the samples that those before it left (AutoAttack; Croce & Hein, arXiv:2003.01690).
 */
export async function standardEvaluation(
  model: Model | PlainModel,
  x: Tensor,
  labels: ArrayLike<number>,
  { epsilon, classes, ...options }: AttackOptions & { readonly epsilon: number; readonly classes: number },
): Promise<StandardEvaluation> {
  const flipped: Partial<Record<AttackName | 'apgd', number>> = {}
  const n = labels.length
  const open = new Set(Array.from({ length: n }, (_, i) => i))
  let clean = n
  const stages = [
    ['apgd', { loss: 'cross-entropy', epsilon }],
    ['apgd', { loss: classes > 2 ? 'dlr' : 'margin', epsilon }],
    ['fab', {}],
    ['square', { epsilon }],
  ] as const
  for (const [stage, [name, extra]] of stages.entries()) {
    const results = await attack(name, model, x, labels, { ...options, ...extra })
    results.forEach(({ status, found, norm }, i) => {
      if (stage === 0 && status === 'already') {
        clean--
        open.delete(i)
      }
      const within = found && norm <= epsilon * (1 + 1e-12)
      if (!within || !open.delete(i)) return
      flipped[name] = (flipped[name] ?? 0) + 1
    })
  }
  return { clean: clean / n, robust: open.size / n, flipped }
}

/**
 * The local optimality of an attack against the nearest known points (AttackBench, Cinà et al., arXiv:2404.19460): the area
 * under its robustness curve against that of the best, 1 where it is the best everywhere. Distances of samples that it does not
 * flip are Infinity; `most` bounds the integral.
 */
export function localOptimality(distances: readonly number[], best: readonly number[], most: number): number {
  if (distances.length !== best.length || best.length === 0)
    throw new RangeError(
      `localOptimality: expected lists of one length, got ${distances.length} and ${best.length}`,
    )
  const area = (list: readonly number[]): number => list.reduce((sum, d) => sum + Math.min(d, most), 0)
  const [own, least] = [area(distances), area(best)]
  return most * best.length === least ? 1 : 1 - (own - least) / (most * best.length - least)
}

/** The norms that a method knows. */
export function normsOf(method: AttackName): readonly Norm[] {
  return methods[method].norms
}
