/**
 * The `map` kernel: a scalar expression evaluated one node at a time over chunks of CHUNK elements.
 *
 * An expression is first laid out as a program: steps in order, each with a register for its result. A call of a named
 * function becomes the steps of its body.
 *
 * In an f32 map inputs of another dtype and constants are rounded to f32 first, and every step rounds. So do the steps of a named
 * function that has a body for f32; any other body runs in f64, and only its last step rounds.
 */
import {
  allocate,
  broadcastStrides,
  sizeOf,
  type Data,
  type Shape,
  type Tensor,
  type Type,
} from '../array/index.ts'
import { linearize, type Expression } from '../tape/index.ts'
import { loops, type Loop, type LoopName } from './loops.ts'

/** Small enough that the registers of a program stay in the first-level cache. */
const CHUNK = 512

/** Where a program reads an operand: a register, an input, or a constant. */
type Operand =
  | { readonly from: 'register'; readonly index: number }
  | { readonly from: 'input'; readonly index: number }
  | { readonly from: 'constant'; readonly value: number }

interface Step {
  readonly loop: LoopName
  readonly operands: readonly Operand[]
  readonly register: number
  /** Kept in f64: every step of an f64 or i32 map, and in an f32 map those of an f64 body. */
  readonly wide: boolean
}

interface Program {
  readonly steps: readonly Step[]
  /** Of every register, whether it is wide. */
  readonly registers: readonly boolean[]
}

const programs = { f32: new WeakMap<Expression, Program>(), f64: new WeakMap<Expression, Program>() }

/** Lays an expression out; a register is used again as soon as its last reader has run. */
function programOf(root: Expression, dtype: 'f32' | 'f64'): Program {
  const known = programs[dtype].get(root)
  if (known) return known
  const flat: FlatStep[] = []
  const result = flatten(root, (index) => ({ from: 'input', index }), dtype === 'f64', flat)
  // A bare input or constant still has to be copied into the result.
  if (result.from !== 'step') flat.push({ loop: 'copy', args: [result], wide: dtype === 'f64' })
  const lastReader = new Map<number, number>()
  flat.forEach(({ args }, at) => args.forEach((arg) => arg.from === 'step' && lastReader.set(arg.index, at)))
  const registers: boolean[] = []
  const free: number[] = []
  const registerOf: number[] = []
  const steps = flat.map(({ loop, args, wide }, at): Step => {
    const operands = args.map((arg): Operand =>
      arg.from === 'step' ? { from: 'register', index: registerOf[arg.index]! } : arg,
    )
    const reusable = free.findIndex((register) => registers[register] === wide)
    const register = reusable >= 0 ? free.splice(reusable, 1)[0]! : registers.push(wide) - 1
    registerOf[at] = register
    const done = new Set(
      args.flatMap((arg) => (arg.from === 'step' && lastReader.get(arg.index) === at ? [arg.index] : [])),
    )
    for (const step of done) free.push(registerOf[step]!)
    return { loop, operands, register, wide }
  })
  const program = { steps, registers }
  programs[dtype].set(root, program)
  return program
}

type Ref = { readonly from: 'step'; readonly index: number } | Exclude<Operand, { from: 'register' }>

interface FlatStep {
  loop: LoopName
  args: Ref[]
  wide: boolean
}

/** Appends the steps of an expression whose inputs are found by `inputAt`; tells where its value is. */
function flatten(root: Expression, inputAt: (index: number) => Ref, wide: boolean, flat: FlatStep[]): Ref {
  const refs = new Map<Expression, Ref>()
  for (const node of linearize(root)) {
    if (node.kind === 'input') refs.set(node, inputAt(node.index))
    else if (node.kind === 'constant') {
      refs.set(node, { from: 'constant', value: wide ? node.value : Math.fround(node.value) })
    } else if (node.kind === 'named') {
      const { body, single } = node.named
      const x = refs.get(node.args[0])!
      const inF64 = wide || !single
      refs.set(
        node,
        flatten(inF64 ? body : single, () => x, inF64, flat),
      )
      if (!wide) flat.at(-1)!.wide = false
    } else {
      const args = node.args.map((arg) => refs.get(arg)!)
      refs.set(node, { from: 'step', index: flat.push({ loop: node.primitive, args, wide }) - 1 })
    }
  }
  return refs.get(root)!
}

/** A run of numbers: `array[offset + i·stride]`. */
interface View {
  array: Data
  offset: number
  stride: number
}

/** Scratch memory for registers, used again by every map; a map calls nothing that could run another one. */
const scratch = { f64: [] as Data[], f32: [] as Data[] }

export function runMap(expression: Expression, inputs: readonly Tensor[], type: Type): Data {
  const size = sizeOf(type.shape)
  const out = allocate(type.dtype, size)
  const dtype = type.dtype === 'f32' ? 'f32' : 'f64'
  const { steps, registers } = programOf(expression, dtype)
  const used = { f64: 0, f32: 0 }
  const claim = (wide: boolean): View => {
    const kind = wide ? 'f64' : 'f32'
    const array = (scratch[kind][used[kind]++] ??= allocate(kind, CHUNK))
    return { array, offset: 0, stride: 1 }
  }
  const views = registers.map(claim)
  const moving: View[] = []
  const loads: ((start: number, count: number) => void)[] = []
  const inputViews = inputs.map((x): View => {
    const array = dtype === 'f32' && x.dtype !== 'f32' ? Float32Array.from(x.storage()) : x.storage()
    if (x.size === 1) return { array, offset: 0, stride: 0 }
    if (x.size === size) {
      const view = { array, offset: 0, stride: 1 }
      moving.push(view)
      return view
    }
    const view = claim(true)
    loads.push(broadcastLoader(array, x.shape, type.shape, view.array))
    return view
  })
  const result: View = { array: out, offset: 0, stride: 1 }
  moving.push(result)
  const viewOf = (operand: Operand): View => {
    if (operand.from === 'register') return views[operand.index]!
    if (operand.from === 'input') return inputViews[operand.index]!
    return { array: Float64Array.of(operand.value), offset: 0, stride: 0 }
  }
  const runs = steps.map(({ loop, operands, register }, at) => {
    const [a, b = a, c = a] = operands.map(viewOf) as [View, View?, View?]
    return { loop: loops[loop] as Loop, o: at === steps.length - 1 ? result : views[register]!, a, b, c }
  })
  for (let start = 0; start < size; start += CHUNK) {
    const count = Math.min(CHUNK, size - start)
    for (const view of moving) view.offset = start
    for (const load of loads) load(start, count)
    for (const { loop, o, a, b, c } of runs) {
      loop(
        count,
        o.array,
        o.offset,
        a.array,
        a.offset,
        a.stride,
        b.array,
        b.offset,
        b.stride,
        c.array,
        c.offset,
        c.stride,
      )
    }
  }
  return out
}

/** Fills a chunk with the elements of a broadcast input. */
function broadcastLoader(
  data: Data,
  from: Shape,
  shape: Shape,
  into: Data,
): (start: number, count: number) => void {
  const strides = broadcastStrides(from, shape)
  return (start, count) => {
    const index = indexAt(shape, start)
    let at = index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)
    for (let i = 0; i < count; i++) {
      into[i] = data[at]!
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        at += strides[axis]!
        if (++index[axis]! < shape[axis]!) break
        at -= strides[axis]! * shape[axis]!
        index[axis] = 0
      }
    }
  }
}

function indexAt(shape: Shape, flat: number): number[] {
  const index = new Array<number>(shape.length)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = flat % shape[axis]!
    flat = Math.floor(flat / shape[axis]!)
  }
  return index
}
