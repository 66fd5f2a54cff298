/** A WebAssembly module, put together section by section. */
import { name, unsigned, vector, withLength } from './bytes.ts'
import {
  brIf,
  code,
  flatten,
  Local,
  loop,
  statements,
  typeByte,
  when,
  type Code,
  type ResultType,
  type Statement,
  type ValueType,
} from './code.ts'
import { i32 } from './scalars.ts'

export interface Signature<R extends ResultType = ResultType> {
  readonly parameters: readonly ValueType[]
  readonly result: R
}

/** A function that can be called: `f(…arguments)` is the code of a call. */
export type Callable<R extends ResultType = ResultType> = ((
  ...args: readonly Code<ValueType>[]
) => Code<R>) & {
  readonly index: number
  readonly signature: Signature<R>
}

/** The variables of a function under construction. */
export class FunctionBuilder {
  readonly #types: ValueType[] = []
  readonly #parameters: number

  constructor(parameters: readonly ValueType[]) {
    this.#parameters = parameters.length
    this.#types.push(...parameters)
  }

  parameter(at: number): Local {
    return new Local(this.#types[at]!, at)
  }

  /** A new variable, 0 at first. */
  local<T extends ValueType>(type: T): Local<T> {
    return new Local(type, this.#types.push(type) - 1)
  }

  /** A new variable and the statement that gives it this value. */
  let<T extends ValueType>(value: Code<T>): [Local<T>, Statement] {
    const local = this.local(value.type)
    return [local, local.set(value)]
  }

  /** `inside` for index = from, from + step, … while it is below `end` (unsigned). */
  count(
    from: Code<'i32'>,
    end: Code<'i32'>,
    step: number | Code<'i32'>,
    inside: (index: Local<'i32'>) => readonly Statement[],
  ): Statement {
    const [index, start] = this.let(from)
    const [last, stop] = this.let(end)
    const by = typeof step === 'number' ? i32.const(step) : step
    const again = loop((label) => [
      ...inside(index),
      brIf(label, i32.ltU(index.tee(i32.add(index.get, by)), last.get)),
    ])
    return statements([start, stop, when(i32.ltU(index.get, last.get), [again])])
  }

  /** Runs of equal types with their lengths, as the code section lists them. */
  declarations(): number[] {
    const runs: [number, ValueType][] = []
    for (const type of this.#types.slice(this.#parameters)) {
      const last = runs.at(-1)
      if (last?.[1] === type) last[0]++
      else runs.push([1, type])
    }
    return vector(runs.map(([count, type]) => [...unsigned(count), typeByte(type)]))
  }
}

type Parameters<P extends readonly ValueType[]> = { [K in keyof P]: Local<P[K]> }

/** Statements, and in a function with a result its code after them. */
type Body<R extends ResultType> = R extends 'void' ? readonly Statement[] : readonly [...Statement[], Code<R>]

const END = 0x0b
const MAXIMUM_PAGES = 65536

/** Functions over one imported memory. Imports have to be named before the first function is defined. */
export class ModuleBuilder {
  readonly #types: string[] = []
  readonly #typeBytes: number[][] = []
  readonly #imports: number[][] = []
  readonly #functions: number[][] = []
  readonly #bodies: number[][] = []
  readonly #exports: number[][] = []
  readonly #names: number[][] = []
  #count = 0

  /** The memory `module.field`; every load and store goes there. */
  importMemory(module: string, field: string): void {
    const limits = [1, ...unsigned(1), ...unsigned(MAXIMUM_PAGES)]
    this.#imports.push([...name(module), ...name(field), 0x02, ...limits])
  }

  importFunction<R extends ResultType>(module: string, field: string, signature: Signature<R>): Callable<R> {
    if (this.#bodies.length > 0)
      throw new Error('assembler: expected imports first, got one after a function')
    this.#imports.push([...name(module), ...name(field), 0x00, ...unsigned(this.#typeIndex(signature))])
    return this.#callable(field, signature)
  }

  /**
   * A function, exported under its name. `body` gets its parameters as variables and gives its statements, and last of all
   * the code of its result, if it has one.
   */
  define<const P extends readonly ValueType[], R extends ResultType>(
    label: string,
    parameters: P,
    result: R,
    body: (f: FunctionBuilder, ...locals: Parameters<P>) => Body<R>,
  ): Callable<R> {
    const f = new FunctionBuilder(parameters)
    const locals = parameters.map((_, at) => f.parameter(at)) as unknown as Parameters<P>
    const bytes = flatten(body(f, ...locals))
    bytes.push(END)
    this.#functions.push(unsigned(this.#typeIndex({ parameters, result })))
    this.#bodies.push(withLength(f.declarations().concat(bytes)))
    const callable = this.#callable(label, { parameters, result })
    this.#exports.push([...name(label), 0x00, ...unsigned(callable.index)])
    return callable
  }

  /** Of every function defined so far, in order, the bytes of its code. */
  get sizes(): number[] {
    return this.#bodies.map((body) => body.length)
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const section = (id: number, items: readonly number[][]): number[][] =>
      items.length > 0 ? [[id], withLength(vector(items))] : []
    // Names of functions, for profilers and disassemblies.
    const names = [...name('name'), 1].concat(withLength(vector(this.#names)))
    const parts = [
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, this.#typeBytes),
      ...section(2, this.#imports),
      ...section(3, this.#functions),
      ...section(7, this.#exports),
      ...section(10, this.#bodies),
      [0],
      withLength(names),
    ]
    const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
    let at = 0
    for (const part of parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  }

  #typeIndex({ parameters, result }: Signature): number {
    const key = `${parameters.join(',')}>${result}`
    const known = this.#types.indexOf(key)
    if (known >= 0) return known
    const results = result === 'void' ? [] : [[typeByte(result)]]
    this.#typeBytes.push([0x60, ...vector(parameters.map((type) => [typeByte(type)])), ...vector(results)])
    return this.#types.push(key) - 1
  }

  #callable<R extends ResultType>(label: string, signature: Signature<R>): Callable<R> {
    const index = this.#count++
    this.#names.push([...unsigned(index), ...name(label)])
    const call = (...args: readonly Code<ValueType>[]): Code<R> => {
      if (
        args.some(({ type }, at) => type !== signature.parameters[at]) ||
        args.length !== signature.parameters.length
      ) {
        throw new Error(
          `assembler: expected ${label}(${signature.parameters.join(', ')}), got (${args.map(({ type }) => type).join(', ')})`,
        )
      }
      return code(
        signature.result,
        args.map(({ pieces }) => pieces),
        0x10,
        unsigned(index),
      )
    }
    return Object.assign(call, { index, signature })
  }
}
