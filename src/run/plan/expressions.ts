/** Expressions of one plan, every structure once: equal ones are identical, so that loops compute what they share only once. */
import { input, linearize, type Expression, type NamedFunction, type Primitive } from '../../tape/index.ts'

export class Expressions {
  readonly #known = new Map<string, Expression>()
  readonly #numbers = new Map<Expression | NamedFunction, number>()

  /** The one expression of this structure. */
  unique(e: Expression): Expression {
    return this.substitute(e, (index) => this.input(index))
  }

  input(index: number): Expression {
    return this.#once(`x${index}`, () => input(index))
  }

  /** `e` with other expressions, unique ones, in the place of its inputs. */
  substitute(e: Expression, inputAt: (index: number) => Expression): Expression {
    const done = new Map<Expression, Expression>()
    for (const node of linearize(e)) done.set(node, this.#rebuild(node, done, inputAt))
    return done.get(e)!
  }

  /** Tells unique expressions apart. */
  numberOf(e: Expression | NamedFunction): number {
    let number = this.#numbers.get(e)
    if (number === undefined) this.#numbers.set(e, (number = this.#numbers.size))
    return number
  }

  #rebuild(
    node: Expression,
    done: ReadonlyMap<Expression, Expression>,
    inputAt: (index: number) => Expression,
  ): Expression {
    if (node.kind === 'input') return inputAt(node.index)
    if (node.kind === 'constant') {
      const key = Object.is(node.value, -0) ? '-0' : String(node.value)
      return this.#once(key, () => node)
    }
    const args = node.args.map((arg) => done.get(arg)!)
    const list = args.map((arg) => this.numberOf(arg)).join()
    if (node.kind === 'primitive') {
      return this.#once(`${node.primitive}(${list})`, () => ({ ...node, args }))
    }
    return this.#once(`call ${this.numberOf(node.named)}(${list})`, () => ({ ...node, args: [args[0]!] }))
  }

  #once(key: string, make: () => Expression): Expression {
    let e = this.#known.get(key)
    if (!e) this.#known.set(key, (e = make()))
    return e
  }
}

const slow: ReadonlySet<Primitive> = new Set(['div', 'sqrt', 'scale2', 'exponent', 'mantissa'])
const FEW = 4

/** A few quick steps: rather computed again than stored and read. */
export function isCheap(e: Expression): boolean {
  const steps = linearize(e).filter(({ kind }) => kind === 'primitive' || kind === 'named')
  return steps.length <= FEW && steps.every((node) => node.kind === 'primitive' && !slow.has(node.primitive))
}

const bodies = new WeakMap<NamedFunction, number>()

/** Primitive steps that some expressions take together, those of named functions included. */
export function countSteps(roots: readonly Expression[]): number {
  const seen = new Set(roots.flatMap(linearize))
  let steps = 0
  for (const node of seen) {
    if (node.kind === 'primitive') steps++
    if (node.kind === 'named') steps += bodySteps(node.named)
  }
  return steps
}

function bodySteps(named: NamedFunction): number {
  let steps = bodies.get(named)
  if (steps === undefined) bodies.set(named, (steps = countSteps([named.body])))
  return steps
}
