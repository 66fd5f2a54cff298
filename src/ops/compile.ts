/** `compile`: a function becomes WebAssembly. */
import { sameShape, showShape, Tensor } from '../array/index.ts'
import {
  available,
  Code,
  executor,
  explainPlan,
  interpret,
  overwrite,
  Program,
  type ExecutorName,
  type Ran,
} from '../run/index.ts'
import { isRecording, replay, type Perform, type Tape } from '../tape/index.ts'
import { compute } from './apply.ts'
import { recordOnTrees } from './record.ts'
import { formOf, leaves, type Tree } from './trees.ts'

export interface CompileOptions {
  /**
   * Positions of arguments whose memory the results may take over, such as the parameters and the state of a training step. They may not be read
   * afterwards; the results that take their places are only copied out of WebAssembly when somebody reads them.
   */
  readonly donate?: readonly number[]
  /** Default: what `setExecutor` chose for this thread. The bits are the same. */
  readonly executor?: ExecutorName
  /** Refuse results that are not finite, naming the operation that they come from. Default false. */
  readonly finite?: boolean
}

/** A function that runs as WebAssembly. */
export interface Compiled<Xs extends readonly Tree[], Y extends Tree> {
  (...xs: Xs): Y
  /** Overwrites the elements of `out`, a tree of tensors like the value, and allocates nothing unless `finite` is wanted. */
  into(out: Y, ...xs: Xs): void
  /** What runs it, and why that is not WebAssembly. */
  readonly ran: Ran
  /** What is kept, one for every form of arguments so far. */
  readonly forms: readonly CompiledForm[]
}

export interface CompiledForm {
  readonly tape: Tape
  /** Missing where the interpreter runs it. */
  readonly program: Program | undefined
}

interface Form extends CompiledForm {
  /** Positions among the leaves of all arguments. */
  readonly donated: readonly number[]
  readonly rebuildValue: (list: readonly Tensor[]) => Tree
}

/**
 * `f` as one WebAssembly function: recorded, planned and assembled at the first call, and kept for every form, shape and dtype of its arguments. Tensors
 * that it closes over are frozen into it and stay in WebAssembly's memory, and so does an argument for as long as it is the same tensor at every call.
 * Where WebAssembly or its SIMD is missing, it is interpreted: see `ran`. The bits are those of the interpreter.
 *
 * Errors: RangeError when the arena cannot be had (with its size), or, with `finite`, for a result that is not finite; whatever recording `f` refuses.
 *
 * @example
 * const slope = compile(grad((x: Tensor) => sum(tanh(x))))
 * slope(tensor([0, 1]))
 */
export function compile<Xs extends readonly Tree[], Y extends Tree>(
  f: (...xs: Xs) => Y,
  options: CompileOptions = {},
): Compiled<Xs, Y> {
  if (typeof f !== 'function') throw new TypeError(`compile: expected a function, got ${typeof f}`)
  const { donate = [], finite = false } = options
  const ran = options.executor ? available(options.executor) : executor()
  const byName = new Map<string, Form>()
  let last: Form | undefined

  const find = (xs: Xs, args: readonly Tensor[]): Form => {
    // Tensors alone are told apart without making a name for them.
    if (last && args === xs && fits(args, last.tape)) return last
    const name = xs.map(formOf).join()
    let form = byName.get(name)
    if (!form) byName.set(name, (form = makeForm(f, xs, donate, ran)))
    last = args === xs ? form : undefined
    return form
  }
  const compiled = (...xs: Xs): Y => {
    if (isRecording()) return f(...xs)
    const args = argumentsOf(xs)
    const form = find(xs, args)
    const results = runForm(form, args)
    if (finite) checkFinite(form, args, results)
    return form.rebuildValue(results) as Y
  }
  const into = (out: Y, ...xs: Xs): void => {
    const args = argumentsOf(xs)
    const form = find(xs, args)
    const targets = argumentsOf([out])
    checkTargets(form.tape, targets)
    const lost = form.donated.find((i) => targets.includes(args[i]!))
    if (lost !== undefined)
      throw new TypeError(`into: expected tensors to write to beside the donated ones, got argument ${lost}`)
    if (form.program && !finite) return form.program.into(form.tape, targets, args)
    // Arguments may be among the targets: they are written to when nobody needs them any more.
    const results = runForm(form, args)
    if (finite) checkFinite(form, args, results)
    targets.forEach((target, i) => overwrite(target, results[i]!.storage()))
  }
  const forms = (): readonly CompiledForm[] => [...byName.values()]
  return Object.defineProperty(Object.assign(compiled, { into, ran, forms: [] }), 'forms', { get: forms })
}

/** The plans of a compiled function, one for every form of arguments that it has met, as tables. */
export function explain({ forms }: Pick<Compiled<never, never>, 'forms'>): string {
  if (forms.length === 0) return 'nothing compiled yet: call the function first'
  return forms
    .map(({ tape, program }) => (program ? explainPlan(program.code.plan, tape) : 'interpreted'))
    .join('\n\n')
}

function makeForm<Xs extends readonly Tree[]>(
  f: (...xs: Xs) => Tree,
  xs: Xs,
  donate: readonly number[],
  { executor }: Ran,
): Form {
  if (!donate.every((i) => Number.isInteger(i) && i >= 0 && i < xs.length)) {
    throw new RangeError(
      `compile: expected donate to name some of ${xs.length} arguments, got ${donate.join()}`,
    )
  }
  const { tape, args, rebuildValue } = recordOnTrees('compile', f, xs)
  const owner = xs.flatMap((x, i) => leaves('compile', x).map(() => i))
  if (args.length > owner.length) {
    throw new TypeError(
      'compile: expected a function of its arguments alone, got one that closes over symbolic values',
    )
  }
  const donated = owner.flatMap((i, leaf) => (donate.includes(i) ? [leaf] : []))
  const program = executor === 'compile' ? new Program(new Code(tape, donated)) : undefined
  return { tape, program, donated, rebuildValue }
}

/** The leaves of all trees; the list itself when all of them are tensors. */
function argumentsOf(xs: readonly Tree[]): readonly Tensor[] {
  for (const x of xs) if (!(x instanceof Tensor)) return xs.flatMap((tree) => leaves('compile', tree))
  return xs as readonly Tensor[]
}

function fits(args: readonly Tensor[], { types, inputs }: Tape): boolean {
  if (args.length !== inputs.length) return false
  for (let i = 0; i < args.length; i++) {
    const type = types[inputs[i]!]!
    if (args[i]!.dtype !== type.dtype || !sameShape(args[i]!.shape, type.shape)) return false
  }
  return true
}

function checkTargets({ types, outputs }: Tape, targets: readonly Tensor[]): void {
  if (targets.length !== outputs.length) {
    throw new RangeError(`into: expected ${outputs.length} tensors to write to, got ${targets.length}`)
  }
  for (let i = 0; i < targets.length; i++) {
    const { dtype, shape } = types[outputs[i]!]!
    const got = targets[i]!
    if (got.dtype === dtype && sameShape(got.shape, shape)) continue
    throw new RangeError(
      `into: expected ${dtype}${showShape(shape)} to write to, got ${got.dtype}${showShape(got.shape)}`,
    )
  }
}

function runForm({ tape, program, donated }: Form, args: readonly Tensor[]): Tensor[] {
  if (program) return program.run(tape, args)
  // As in WebAssembly, no result shares its elements with others.
  const shared = new Set([...args, ...tape.constants.values()].map((x) => x.storage()))
  const results = interpret(tape, args).map((y) => {
    const data = y.storage()
    if (shared.has(data)) return new Tensor(data.slice(), y.shape, y.dtype)
    shared.add(data)
    return y
  })
  for (const i of donated) args[i]!.donate()
  return results
}

/** Runs the tape again, one operation at a time, to say where a result that is not finite comes from. */
function checkFinite({ tape, donated }: Form, args: readonly Tensor[], results: readonly Tensor[]): void {
  const odd = firstNotFinite(results)
  if (odd === undefined) return
  if (donated.length > 0) throw new RangeError(`compile: expected finite results, got ${odd}`)
  const perform: Perform = (operation, inputs, params) => {
    const y = compute(operation, inputs, params)
    const found = firstNotFinite([y])
    if (found !== undefined && firstNotFinite(inputs) === undefined) {
      throw new RangeError(`compile: expected finite results, got ${found} from ${operation.name}`)
    }
    return y
  }
  replay(tape, args, perform)
  throw new RangeError(`compile: expected finite results, got ${odd} from arguments that are not`)
}

function firstNotFinite(list: readonly Tensor[]): number | undefined {
  for (const x of list) {
    const data = x.storage()
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return data[i]
  }
  return undefined
}
