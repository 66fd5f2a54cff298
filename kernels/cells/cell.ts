/**
 * The source of a GPU.js kernel in the making: a function that computes one element of a result, that of number `this.thread.x` in row-major
 * order, from flat arrays. It is plain JavaScript, so that every cell can also be run by hand.
 *
 * Only what every mode of GPU.js takes is written: numbered names, so that nothing is shadowed; constants as literals; no arrays, no arrow
 * functions; indices that are whole numbers below 2²⁴, where f32 has them all.
 */
import { helpers, type HelperName } from './helpers.ts'

/** A kernel's source, and what it is given. */
export interface Source {
  readonly text: string
  /** The buffers that its parameters stand for, in order. */
  readonly reads: readonly (number | typeof SPECIAL)[]
  readonly helpers: readonly HelperName[]
  /** Cells of the result: all in a row, or [columns, rows]. */
  readonly output: readonly number[]
}

/** Stands for a parameter [∞, NaN]: GPU.js has no way to write these. */
export const SPECIAL = 'special'

/** The number of this cell, or of its column. */
export const CELL = 'this.thread.x'
/** The number of its row, where cells come in rows. */
export const ROW = 'this.thread.y'

export class Cell {
  readonly #lines: string[] = []
  readonly #parameters = new Map<number | typeof SPECIAL, string>()
  readonly #helpers = new Set<HelperName>()
  #names = 0
  #depth = 1

  /** A new name for a value that is computed once. */
  let(value: string): string {
    return this.#declare('const', value)
  }

  /** A new name for a value that `set` may change. */
  variable(value: string): string {
    return this.#declare('let', value)
  }

  set(name: string, value: string): void {
    this.#line(`${name} = ${value}`)
  }

  /** The element of a buffer at an address. */
  read(buffer: number, address: string): string {
    return `${this.#parameter(buffer)}[${address}]`
  }

  /** An infinity or NaN. */
  special(value: number): string {
    const name = this.#parameter(SPECIAL)
    if (Number.isNaN(value)) return `${name}[1]`
    return value > 0 ? `${name}[0]` : `(-${name}[0])`
  }

  call(helper: HelperName, ...args: string[]): string {
    this.#helpers.add(helper)
    return `${helper}(${args.join(', ')})`
  }

  /** A loop from 0 to n - 1; the body gets its variable. */
  loop(n: number, body: (index: string) => void): void {
    if (n === 1) return body('0')
    const index = `i${this.#names++}`
    this.#line(`for (let ${index} = 0; ${index} < ${n}; ${index}++) {`)
    this.#block(() => body(index))
  }

  if(condition: string, body: () => void): void {
    this.#line(`if (${condition}) {`)
    this.#block(body)
  }

  /** The source of a kernel with so many cells, each of this value. */
  end(value: string, ...output: readonly number[]): Source {
    this.#line(`return ${value}`)
    // A kernel without parameters cannot be told from a step that was not given any.
    if (this.#parameters.size === 0) this.#parameter(SPECIAL)
    const used = new Set<HelperName>()
    const use = (name: HelperName): void => {
      helpers[name].calls.forEach(use)
      used.add(name)
    }
    this.#helpers.forEach(use)
    const text = `function (${[...this.#parameters.values()].join(', ')}) {\n${this.#lines.join('\n')}\n}`
    return { text, reads: [...this.#parameters.keys()], helpers: [...used], output }
  }

  #parameter(buffer: number | typeof SPECIAL): string {
    let name = this.#parameters.get(buffer)
    if (!name) this.#parameters.set(buffer, (name = `b${this.#parameters.size}`))
    return name
  }

  #declare(kind: 'const' | 'let', value: string): string {
    const name = `v${this.#names++}`
    this.#line(`${kind} ${name} = ${value}`)
    return name
  }

  #block(body: () => void): void {
    this.#depth++
    body()
    this.#depth--
    this.#line('}')
  }

  #line(text: string): void {
    this.#lines.push(`${'  '.repeat(this.#depth)}${text}`)
  }
}
