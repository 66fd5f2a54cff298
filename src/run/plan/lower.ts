/** From the graph to steps: one for every kernel that has something to do. Moves that only read differently become views. */
import { sizeOf, stridesOf, type Shape, type Type } from '../../array/index.ts'
import type { GatherKernel, MapKernel, MatmulKernel, MoveKernel, ReduceKernel } from '../../tape/index.ts'
import { multipliesInLanes } from '../order.ts'
import { collapse } from './collapse.ts'
import type { Draft, Value } from './draft.ts'
import type { Expressions } from './expressions.ts'
import type { Graph, Node } from './graph.ts'
import { canReduce, mapStep, reduceStep } from './loop-steps.ts'
import type { Matrices, MovePiece, Step, View } from './steps.ts'
import { broadcastView, covers, isRowMajor, joinPieces, selectFrom, selectionOf, wholeView } from './views.ts'

/** `donated` are positions among the arguments. */
export function lower(graph: Graph, expressions: Expressions, donated: readonly number[]): Draft {
  return new Lowering(expressions).run(graph, donated)
}

class Lowering {
  readonly #expressions: Expressions
  readonly #values: Value[] = []
  readonly #steps: Step[] = []
  readonly #copies = new Map<string, View>()
  #views = 0

  constructor(expressions: Expressions) {
    this.#expressions = expressions
  }

  run({ nodes, outputs, unused, repeated }: Graph, positions: readonly number[]): Draft {
    const views: View[] = []
    const given: View[] = []
    const constants: { value: number; view: View }[] = []
    for (const node of nodes) {
      const { type, from } = node
      const view =
        from.kind === 'instruction'
          ? this.#instruction(
              node,
              node.inputs.map((input) => views[input]!),
            )
          : this.#value(type, from.kind)
      if (from.kind === 'argument') given.push(view)
      if (from.kind === 'constant') constants.push({ value: from.value, view })
      views.push(view)
    }
    const donated = new Set(positions.map((i) => given[i]!.buffer))
    const results = this.#results(
      outputs.map((output) => views[output]!),
      donated,
    )
    const instructions = nodes.filter(({ from }) => from.kind === 'instruction').length + unused + repeated
    return {
      expressions: this.#expressions,
      values: this.#values,
      steps: this.#steps,
      arguments: given,
      constants,
      results,
      donated,
      counts: {
        instructions,
        unused,
        repeated,
        views: this.#views,
        copies: this.#copies.size,
        intoMaps: 0,
        intoReductions: 0,
        intoProducts: 0,
        inPlace: 0,
      },
    }
  }

  /** Results are row-major; in the memory of a donated argument lies at most one, and that one is all of it. */
  #results(views: readonly View[], donated: ReadonlySet<number>): View[] {
    const taken = new Set<number>()
    return views.map((view) => {
      if (!donated.has(view.buffer)) return this.#rowMajor(view)
      const isWhole = isRowMajor(view) && sizeOf(view.shape) === sizeOf(this.#values[view.buffer]!.shape)
      if (!isWhole || taken.has(view.buffer)) return this.#copy(view)
      taken.add(view.buffer)
      return this.#rowMajor(view)
    })
  }

  #value(type: Pick<Value, 'dtype' | 'shape'>, role: Value['role'] = 'made'): View {
    const { dtype, shape } = type
    return wholeView(this.#values.push({ dtype, shape, role }) - 1, type)
  }

  #instruction({ type, from }: Node, inputs: readonly View[]): View {
    if (from.kind !== 'instruction') throw new Error(`plan: expected an instruction, got ${from.kind}`)
    const { kernel } = from
    if (kernel.kind === 'host') {
      const output = this.#value(type)
      this.#steps.push({
        kind: 'host',
        instruction: from.number,
        inputs: inputs.map((view) => this.#rowMajor(view)),
        output,
      })
      return output
    }
    // Indices are looked at even where they pick nothing.
    const looksAt = kernel.kind === 'gather' ? sizeOf(inputs[1]!.shape) : 0
    if (sizeOf(type.shape) === 0 && looksAt === 0) return this.#value(type)
    switch (kernel.kind) {
      case 'map':
        return this.#map(kernel, inputs, type)
      case 'reduce':
        return this.#reduce(kernel, inputs[0]!, type)
      case 'matmul':
        return this.#matmul(kernel, inputs[0]!, inputs[1]!, type)
      case 'move':
        return this.#move(kernel, inputs, type)
      case 'gather':
        return this.#gather(kernel, inputs[0]!, inputs[1]!, type)
    }
  }

  #map({ expression }: MapKernel, inputs: readonly View[], type: Type): View {
    const views = inputs.map((view) => broadcastView(view, type.shape))
    const same = expression.kind === 'input' ? views[expression.index]! : undefined
    if (same?.dtype === type.dtype) {
      this.#views++
      return same
    }
    const into = this.#value(type)
    const outputs = [{ expression: this.#expressions.unique(expression), into }]
    this.#steps.push(
      mapStep(this.#expressions, { dtype: type.dtype, shape: type.shape, inputs: views, outputs }),
    )
    return into
  }

  #reduce({ combine, axes }: ReduceKernel, input: View, type: Type): View {
    const { shape } = input
    if (combine === 'sum' && sizeOf(shape) === 0) return this.#zeros(type)
    const output = this.#value(type)
    const step = { combine, axes, dtype: type.dtype, shape, output, expression: this.#expressions.input(0) }
    const isBetterCopied = !canReduce(shape, axes, [input]) && canReduce(shape, axes, [wholeView(0, input)])
    const view = isBetterCopied ? this.#copy(input) : input
    this.#steps.push(reduceStep(this.#expressions, { ...step, inputs: [view] }))
    return output
  }

  #matmul(kernel: MatmulKernel, a: View, b: View, type: Type): View {
    const [m, n] = type.shape.slice(-2) as [number, number]
    const k = a.shape.at(kernel.transposeA ? -2 : -1)!
    if (k === 0) return this.#zeros(type)
    const c = this.#value(type)
    this.#steps.push({
      kind: 'matmul',
      dtype: type.dtype as 'f32' | 'f64',
      inLanes: multipliesInLanes(a.shape, b.shape, kernel),
      batch: sizeOf(type.shape) / (m * n),
      m,
      k,
      n,
      a: this.#matrices(a, kernel.transposeA),
      b: this.#matrices(b, kernel.transposeB),
      c,
    })
    return c
  }

  /** Any strides inside the matrices, one from each to the next; a side without a batch is the same for all. */
  #matrices(view: View, isTransposed: boolean): Matrices {
    const lead = view.shape.length - 2
    const { strides } = collapse(view.shape.slice(0, lead), [view.strides.slice(0, lead)])
    const [batch = 0, ...more] = strides[0]!
    if (more.length > 0 || view.strides.some((stride) => stride < 0))
      return this.#matrices(this.#copy(view), isTransposed)
    const [row, column] = view.strides.slice(-2) as [number, number]
    const { buffer, offset } = view
    return isTransposed
      ? { buffer, offset, batch, row: column, column: row }
      : { buffer, offset, batch, row, column }
  }

  #move(kernel: MoveKernel, inputs: readonly View[], type: Type): View {
    const selection = selectionOf(kernel, type.shape)
    if (selection) {
      this.#views++
      const input = inputs[kernel.pieces[0]!.input]!
      const picked = selectFrom(input, selection) ?? selectFrom(this.#rowMajor(input), selection)!
      const view = selectFrom(picked, { ...wholeView(0, type) })
      return view ?? this.#reshaped(picked, type.shape)
    }
    const { add = false } = kernel
    const pieces = joinPieces(kernel.pieces).map(({ input, shape, from, to }): MovePiece => {
      const view = inputs[input]!
      const { buffer, offset, strides } =
        selectFrom(view, { shape, ...from }) ?? selectFrom(this.#rowMajor(view), { shape, ...from })!
      return { buffer, shape, from: { offset, strides }, to }
    })
    const output = this.#value(type)
    const clear = add || !covers(kernel.pieces, sizeOf(type.shape))
    this.#steps.push({ kind: 'move', dtype: type.dtype, add, clear, pieces, output })
    return output
  }

  #gather({ axis, batch, scatter = false }: GatherKernel, x: View, picks: View, type: Type): View {
    const [input, indices] = [this.#rowMajor(x), this.#rowMajor(picks)]
    const output = this.#value(type)
    this.#steps.push({ kind: 'gather', axis, batch, scatter, input, indices, output })
    return output
  }

  #zeros(type: Type): View {
    const output = this.#value(type)
    this.#steps.push({ kind: 'move', dtype: type.dtype, add: false, clear: true, pieces: [], output })
    return output
  }

  #rowMajor(view: View): View {
    return isRowMajor(view) ? { ...view, strides: stridesOf(view.shape) } : this.#copy(view)
  }

  #reshaped(view: View, shape: Shape): View {
    const copy = this.#copy(view)
    return { ...copy, shape, strides: stridesOf(shape) }
  }

  /** Lays the elements of a view side by side; once for equal views. */
  #copy(view: View): View {
    const { buffer, dtype, shape, offset, strides } = view
    const key = `${buffer} ${offset} ${shape.join()} ${strides.join()}`
    const known = this.#copies.get(key)
    if (known) return known
    const output = this.#value({ dtype, shape })
    const pieces = [{ buffer, shape, from: { offset, strides }, to: { offset: 0, strides: output.strides } }]
    this.#steps.push({ kind: 'move', dtype, add: false, clear: false, pieces, output })
    this.#copies.set(key, output)
    return output
  }
}
