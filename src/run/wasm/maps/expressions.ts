/** Expressions as lanes: the rule for dtypes that the interpreter's map follows (src/run/map.ts). */
import { linearize, type Expression, type NamedFunction } from '../../../tape/index.ts'
import type { Arithmetic } from '../../../math/index.ts'
import { f32x4, f64x2, i32x4, shuffle32, v128 } from '../assembler/index.ts'
import { arithmetic } from './arithmetic.ts'
import { LaneGraph, type Lane } from './lanes.ts'

const TWO_32 = 4294967296

/** Expressions in the vectors of one dtype; what several of them share is computed once. */
export class ExpressionLanes {
  readonly graph: LaneGraph
  readonly #m: Arithmetic<Lane>
  readonly #wide: Arithmetic<Lane>
  readonly #single: boolean

  constructor(dtype: 'f32' | 'f64', assumes: boolean = false) {
    this.graph = new LaneGraph(assumes)
    this.#single = dtype === 'f32'
    this.#wide = arithmetic(this.graph, 'f64')
    this.#m = this.#single ? arithmetic(this.graph, 'f32') : this.#wide
  }

  value(root: Expression, inputAt: (index: number) => Lane): Lane {
    return this.#run(root, inputAt, this.#m)
  }

  /** All ones where everything holds that the values so far rest on; nothing where that is nothing. */
  assumption(): Lane | undefined {
    const [first, ...others] = this.graph.assumed ?? []
    return others.reduce(
      (all, mask) => this.graph.node('all', [all!, mask], (a, b) => v128.and(a!, b!)),
      first,
    )
  }

  /** What an Int32Array makes of numbers: whole, modulo 2^32, 0 for NaN; as two words in the lower half. */
  integers(x: Lane): Lane {
    const { graph } = this
    const m = this.#wide
    const { low, high } = x.range
    if (low > -2147483649 && high < 2147483648)
      return graph.node('integers', [x], (a) => i32x4.truncSatF64x2SZero(a!))
    const whole = graph.node('trunc', [x], (a) => f64x2.trunc(a!))
    const turns = m.floor(m.mul(whole, m.constant(1 / TWO_32)))
    const rest = m.sub(whole, m.mul(turns, m.constant(TWO_32)))
    return graph.node('words', [rest], (a) => i32x4.truncSatF64x2UZero(a!))
  }

  #run(root: Expression, inputAt: (index: number) => Lane, m: Arithmetic<Lane>): Lane {
    const lanes = new Map<Expression, Lane>()
    for (const node of linearize(root)) {
      const lane = (): Lane => {
        if (node.kind === 'input') return inputAt(node.index)
        if (node.kind === 'constant') return m.constant(node.value)
        const args = node.args.map((arg) => lanes.get(arg)!)
        if (node.kind === 'named') return this.#call(node.named, args[0]!)
        return (m[node.primitive] as (...args: Lane[]) => Lane)(...args)
      }
      lanes.set(node, lane())
    }
    return lanes.get(root)!
  }

  #call({ body, single }: NamedFunction, x: Lane): Lane {
    if (!this.#single) return this.#run(body, () => x, this.#wide)
    if (single) return this.#run(single, () => x, this.#m)
    const { graph } = this
    const { range } = x
    const low = graph.node('promote low', [x], (a) => f64x2.promoteLowF32x4(a!), { range })
    const upper = graph.node('upper half', [x], (a) => shuffle32(a!, a!, [2, 3, 2, 3]))
    const high = graph.node('promote high', [upper], (a) => f64x2.promoteLowF32x4(a!), { range })
    const halves = [low, high].map((half) =>
      graph.node('demote', [this.#run(body, () => half, this.#wide)], (a) => f32x4.demoteF64x2Zero(a!)),
    )
    return graph.node('join', halves, (a, b) => shuffle32(a!, b!, [0, 1, 4, 5]))
  }
}
