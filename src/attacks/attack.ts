import { sizeOf, Tensor } from '../array/index.ts'
import type { Model } from '../nets/index.ts'
import { stream, type Stream } from '../random/index.ts'
import { roomOf, type Domain } from './domain.ts'
import { deepFool } from './deepfool.ts'
import { polish } from './finish.ts'
import { methods, type AttackName, type MethodOptions } from './methods.ts'
import { refine } from './minimal-steps.ts'
import { difference, lengthIn, type Norm } from './norms.ts'
import { Halt, Problem, type Oracle, type Queries } from './problem.ts'
import type { AttackResult, AttackStatus } from './result.ts'
import { tapeOracle } from './tape-model.ts'

/** A model with a gradient of its own, on plain numbers: no tape is needed. */
export interface PlainModel extends Oracle {
  readonly plain: true
}

export interface AttackOptions extends Partial<Omit<MethodOptions, 'restart' | 'known'>> {
  /** Default l2. */
  readonly norm?: Norm
  /** Default all of ℝᵈ. */
  readonly domain?: Domain
  /** Runs with different starts, the nearest result counts. Default 1. */
  readonly restarts?: number
  /** Default 1. */
  readonly seed?: number
  /** Norms of adversarial points that are known already, for attacks that begin from there. */
  readonly known?: ArrayLike<number>
  /** Numbers of the samples, which choose their streams. Default their places. */
  readonly indices?: readonly number[]
  /** The class that counts as success, for every sample. */
  readonly target?: number
  /** Forward and backward evaluations of a sample together, at most. Default no cap. */
  readonly queries?: number
  /** Whether all evaluated points are kept. */
  readonly trace?: boolean
  /** Called after every sample. */
  readonly onSample?: (done: number, total: number) => void
  /** Stops between two samples; those left out are missing in the result. */
  readonly signal?: AbortSignal
}

/**
 * Attacks the samples x [n, ...shape] of a model, which maps one sample to a margin (its sign is the class) or to K logits,
 * each sample by itself: results do not depend on the batch. `labels` are class numbers, or ±1 for a margin; default the
 * model's own classes. Points are f64. Errors: TypeError or RangeError for attacks, norms, domains, points and labels that do
 * not fit; nothing that the model does throws.
 */
export async function attack(
  method: AttackName,
  model: Model | PlainModel,
  x: Tensor,
  labels?: ArrayLike<number>,
  options: AttackOptions = {},
): Promise<readonly AttackResult[]> {
  const { norm = 'l2', domain = { kind: 'all' }, seed = 1, signal } = options
  checkMethod(method, norm, options)
  const n = checkPoints(x)
  if (labels && labels.length !== n)
    throw new RangeError(`attack: expected ${n} labels, got ${labels.length}`)
  const shape = x.shape.slice(1)
  const size = sizeOf(shape)
  const oracle = 'plain' in model ? model : tapeOracle(model, shape)
  const results: AttackResult[] = []
  for (let i = 0; i < n; i++) {
    if (signal?.aborted) break
    const point = (x.storage() as Float64Array).slice(i * size, (i + 1) * size)
    const own = stream(seed, 'attack', method, options.indices?.[i] ?? i)
    const found = attackOne(
      method,
      oracle,
      point,
      labels?.[i],
      { ...options, norm, domain },
      own,
      options.known?.[i],
    )
    results.push(shaped(found, shape))
    options.onSample?.(i + 1, n)
    // Whoever wants to stop, or show progress, gets a turn.
    if (i % 8 === 7) await new Promise<void>((resolve) => setTimeout(resolve, 0))
  }
  return results
}

/** What one sample's attack found, on plain numbers. */
export interface Found extends Omit<AttackResult, 'adversarial' | 'perturbation' | 'trace'> {
  readonly adversarial: Float64Array
  readonly perturbation: Float64Array
  readonly trace?: readonly Float64Array[]
}

/** `attack` for one sample of plain numbers; for programs that bring their own gradient. */
export function attackOne(
  method: AttackName,
  oracle: Oracle,
  x: Float64Array,
  label: number | undefined,
  options: AttackOptions & { readonly norm: Norm; readonly domain: Domain },
  own: Stream,
  known: number = Infinity,
): Found {
  const { norm, domain, restarts = 1, queries: cap = Infinity } = options
  const room = roomOf(domain, x)
  const spent = { forward: 0, backward: 0 }
  const count = ({ forward, backward }: Queries): void => {
    spent.forward += forward
    spent.backward += backward
  }
  const trace: Float64Array[] = []
  const stay = (status: AttackStatus, margin: number): Found => {
    const kept = options.trace ? { trace } : {}
    const perturbation = new Float64Array(x.length)
    return {
      status,
      found: false,
      verified: false,
      adversarial: x,
      perturbation,
      norm: 0,
      margin,
      queries: { ...spent },
      ...kept,
    }
  }
  const value = finite(oracle.value(x))
  spent.forward++
  if (!value) return stay('unresolved', NaN)
  const truth = label ?? ownClass(value)
  checkLabel(truth, value.length)
  const begin = (restart: number): Problem => {
    const stream = own.child(`restart ${restart}`)
    const left = cap - spent.forward - spent.backward
    const problem = new Problem(oracle, x, truth, {
      norm,
      room,
      stream,
      cap: left,
      ...targetOf(options, value.length),
    })
    if (options.trace) problem.trace = trace
    return problem
  }
  const margin = begin(0).marginAt(value)
  if (!(margin > 0)) return stay('already', margin)
  let best: Problem['best']
  let status: AttackStatus = 'not-found'
  for (let restart = 0; restart < restarts; restart++) {
    const problem = begin(restart)
    const halted = run(method, problem, {
      ...options,
      restart,
      known: Math.min(known, best?.length ?? Infinity),
    })
    count(problem.queries)
    if (halted === 'unresolved' && !problem.best) status = 'unresolved'
    if (problem.best && !(best && best.length <= problem.best.length)) best = problem.best
    if (halted === 'cap') break
  }
  if (!best)
    return stay(status === 'not-found' && isFlat(oracle, x, spent) ? 'zero-gradient' : status, margin)
  const again = finite(oracle.value(best.point))
  spent.forward++
  const verified = again !== undefined && begin(0).marginAt(again) < 0
  const perturbation = difference(best.point, x)
  return {
    ...{
      status: verified ? 'found' : 'not-found',
      found: verified,
      verified,
      adversarial: best.point,
      perturbation,
    },
    ...{ norm: lengthIn(norm, perturbation), margin: best.margin, queries: { ...spent } },
    ...(options.trace && { trace }),
  }
}

/** The attack, then what all minimal ones end with. Says why it ended early, if it did. */
function run(method: AttackName, problem: Problem, options: MethodOptions): 'cap' | 'unresolved' | undefined {
  try {
    methods[method].run(problem, options)
    const isWhiteBox = methods[method].kind === 'minimal' && method !== 'hop-skip-jump'
    if (isWhiteBox && problem.norm !== 'l0') {
      // Corners of a box, and budgets that shrank too soon, must not hide what DeepFool sees.
      if (!problem.best && method !== 'gradient-step') deepFool(problem)
      refine(problem)
    }
    polish(problem)
    return undefined
  } catch (error) {
    if (error instanceof Halt) return error.reason
    throw error
  }
}

/** Whether every gradient at x vanishes. */
function isFlat(oracle: Oracle, x: Float64Array, spent: { forward: number; backward: number }): boolean {
  for (let k = 0; ; k++) {
    const { value, gradient } = oracle.gradient(x, (v) => v.map((_, j) => (j === k ? 1 : 0)))
    spent.forward++
    spent.backward++
    if (gradient.some((g) => g !== 0)) return false
    if (k + 1 >= value.length) return true
  }
}

function ownClass(value: Float64Array): number {
  return value.length === 1
    ? Math.sign(value[0]!) || 1
    : value.indexOf(value.reduce((m, v) => Math.max(m, v), -Infinity))
}

function finite(value: Float64Array): Float64Array | undefined {
  return value.every(Number.isFinite) ? value : undefined
}

function targetOf({ target }: AttackOptions, outputs: number): { readonly target?: number } {
  if (target === undefined) return {}
  if (!Number.isInteger(target) || target < 0 || target >= outputs)
    throw new RangeError(`attack: expected a target from 0 to ${outputs - 1}, got ${target}`)
  return { target }
}

function checkLabel(label: number, outputs: number): void {
  const fits =
    outputs === 1 ? label === 1 || label === -1 : Number.isInteger(label) && label >= 0 && label < outputs
  if (fits) return
  throw new RangeError(
    `attack: expected labels ${outputs === 1 ? '1 or -1' : `from 0 to ${outputs - 1}`}, got ${label}`,
  )
}

function checkMethod(method: AttackName, norm: Norm, { epsilon, restarts = 1 }: AttackOptions): void {
  if (!Object.hasOwn(methods, method))
    throw new RangeError(`attack: expected ${Object.keys(methods).join(', ')}, got ${JSON.stringify(method)}`)
  const { norms, kind } = methods[method]
  if (!norms.includes(norm))
    throw new RangeError(`attack: expected ${norms.join(', ')} for ${method}, got ${norm}`)
  if (kind === 'budget' && !(epsilon !== undefined && epsilon > 0 && epsilon < Infinity))
    throw new RangeError(`attack: expected a positive epsilon for ${method}, got ${epsilon}`)
  if (!Number.isSafeInteger(restarts) || restarts < 1)
    throw new RangeError(`attack: expected at least one start, got ${restarts}`)
}

function checkPoints(x: Tensor): number {
  if (!(x instanceof Tensor) || x.dtype !== 'f64')
    throw new TypeError(`attack: expected f64 points [n,…], got ${x instanceof Tensor ? x.dtype : typeof x}`)
  const [n] = x.shape
  if (x.shape.length < 2 || x.size === 0)
    throw new RangeError(
      `attack: expected points [n,…], got [${x.shape.join()}]\nhint: reshape(x, [1, ...x.shape])`,
    )
  const bad = (x.storage() as Float64Array).findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw new RangeError(`attack: expected finite points, got ${x.data[bad]} at ${bad}`)
  return n!
}

function shaped(
  { adversarial, perturbation, trace, ...rest }: Found,
  shape: readonly number[],
): AttackResult {
  const tensor = (v: Float64Array): Tensor => new Tensor(v, shape, 'f64')
  return {
    ...rest,
    ...{ adversarial: tensor(adversarial), perturbation: tensor(perturbation) },
    ...(trace && { trace: trace.map(tensor) }),
  }
}
