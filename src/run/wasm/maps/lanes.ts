/**
 * Graphs of SIMD code. A lane stands for a vector that a loop computes in every pass: four numbers in f32, two in f64, or
 * a mask. Equal lanes are one lane, so that nothing is computed twice, and what stays the same from pass to pass is
 * computed before the loop.
 *
 *     const graph = new LaneGraph()
 *     const m = arithmetic(graph, 'f64')                       // arithmetic.ts
 *     const y = logIn(m, graph.leaf('u', u.get, 2, between(0, 1)))
 *     const { levels, values } = emitLanes(f, [y])
 *     // levels[0]: statements before all loops, levels[1]: in the outer ones, levels[2]: in the innermost one; then values[0] is y
 */
import type { Code, FunctionBuilder, Statement } from '../assembler/index.ts'
import { anything, type Range } from './range.ts'

export type Vector = Code<'v128'>

/** How deep in the loops of a function a lane changes: never, from row to row, from vector to vector. */
export type Level = 0 | 1 | 2
const LEVELS = 3

export interface Lane {
  readonly args: readonly Lane[]
  readonly write: (...args: readonly Vector[]) => Vector
  readonly level: Level
  readonly range: Range
  /** Where one of these is NaN, so is this. */
  readonly nanFrom: readonly Lane[]
  /** Of a lane that is 1 or 0: all ones or all zeros. */
  readonly mask?: Lane
  /** Of a constant. */
  readonly constant?: number
}

/** What may be known about a new lane. */
export type About = Partial<Pick<Lane, 'range' | 'nanFrom' | 'mask' | 'constant'>>

export class LaneGraph {
  /** Masks that have to be all ones for the results to be right; `undefined`: nothing may be assumed. */
  readonly assumed: Set<Lane> | undefined
  readonly #known = new Map<string, Lane>()
  readonly #numbers = new Map<Lane, number>()

  /** @param assumes whether what is only right for most numbers may be drawn, and noted in `assumed` */
  constructor(assumes: boolean = false) {
    this.assumed = assumes ? new Set() : undefined
  }

  /** The lane that an instruction makes of others; `name` tells instructions apart. */
  node(name: string, args: readonly Lane[], write: Lane['write'], about: About = {}): Lane {
    const level = Math.max(0, ...args.map((arg) => arg.level)) as Level
    return this.#add(
      `${name}(${args.map((arg) => this.#numbers.get(arg)).join()})`,
      args,
      write,
      level,
      about,
    )
  }

  /** A lane made outside of the graph. Its code, a load for instance, may run later than lanes before it, but not after a store. */
  leaf(name: string, code: Vector, level: Level, range: Range = anything): Lane {
    return this.#add(name, [], () => code, level, { range })
  }

  #add(key: string, args: readonly Lane[], write: Lane['write'], level: Level, about: About): Lane {
    const known = this.#known.get(key)
    if (known) return known
    const lane: Lane = { args, write, level, range: anything, nanFrom: [], ...about }
    this.#known.set(key, lane)
    this.#numbers.set(lane, this.#numbers.size)
    return lane
  }
}

/** Whether x is NaN wherever y is. */
export function followsNaN(x: Lane, y: Lane): boolean {
  const seen = new Set<Lane>()
  const search = (lane: Lane): boolean => {
    if (lane === y) return true
    if (seen.has(lane)) return false
    seen.add(lane)
    return lane.nanFrom.some(search)
  }
  return search(x)
}

export interface LaneCode {
  /** Statements for every level; each level's come after those of the levels below. */
  readonly levels: readonly Statement[][]
  /** The values of the roots, where the statements of all levels have run. */
  readonly values: readonly Vector[]
  /** Of the lane that comes after them all. */
  readonly last?: Vector
}

/** Lanes before the lanes that use them, each once. */
export function lanesBelow(roots: readonly Lane[]): Lane[] {
  const order = new Set<Lane>()
  const visit = (lane: Lane): void => {
    if (order.has(lane)) return
    lane.args.forEach(visit)
    order.add(lane)
  }
  roots.forEach(visit)
  return [...order]
}

/**
 * The code of some lanes, and of one that comes last. A lane with one use is written where it is used, the others get variables. Roots are
 * equal parts of a number of copies, whose instructions take turns.
 */
export function emitLanes(
  f: FunctionBuilder,
  roots: readonly Lane[],
  copies: number = 1,
  last?: Lane,
): LaneCode {
  const each = roots.length / copies
  const order = inTurn(
    Array.from({ length: copies }, (_, copy) => lanesBelow(roots.slice(copy * each, (copy + 1) * each))),
  )
  if (last) for (const lane of lanesBelow([last])) order.add(lane)
  const uses = new Map<Lane, number>()
  const stored = new Set(copies > 1 ? order : roots)
  for (const { args, level } of order) {
    for (const arg of args) {
      uses.set(arg, (uses.get(arg) ?? 0) + 1)
      if (uses.get(arg)! > 1 || arg.level < level) stored.add(arg)
    }
  }
  const levels: Statement[][] = Array.from({ length: LEVELS }, () => [])
  const codes = new Map<Lane, Vector>()
  for (const lane of order) {
    let code = lane.write(...lane.args.map((arg) => codes.get(arg)!))
    if (stored.has(lane)) {
      const [local, set] = f.let(code)
      levels[lane.level]!.push(set)
      code = local.get
    }
    codes.set(lane, code)
  }
  const values = roots.map((root) => codes.get(root)!)
  return last ? { levels, values, last: codes.get(last)! } : { levels, values }
}

/** One of each list after the other, each once. */
function inTurn(lists: readonly (readonly Lane[])[]): Set<Lane> {
  const order = new Set<Lane>()
  const longest = Math.max(0, ...lists.map((list) => list.length))
  for (let i = 0; i < longest; i++) for (const list of lists) if (list[i]) order.add(list[i]!)
  return order
}
