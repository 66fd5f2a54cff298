/** The `map` kernel: a scalar expression evaluated one node at a time over chunks of CHUNK elements. */
import { allocate, broadcastStrides, sizeOf, Tensor, type Data, type Type } from '../array/index.ts'
import { numbers } from '../math/index.ts'
import { linearize, type Expression, type Primitive } from '../tape/index.ts'

/** Small enough that the intermediate values of an expression stay in the first-level cache. */
const CHUNK = 1024

/** Where a node's values lie: `array[offset]` onwards. */
interface Slot {
  array: Data
  offset: number
}

export function runMap(expression: Expression, inputs: readonly Tensor[], type: Type): Data {
  const size = sizeOf(type.shape)
  const out = allocate(type.dtype, size)
  const nodes = linearize(expression)
  const chunk = Math.min(CHUNK, size)
  // Integers are computed in f64, which is exact for them.
  const dtype = inputs.some((x) => x.dtype === 'f32') || type.dtype === 'f32' ? 'f32' : 'f64'
  const slots = new Map<Expression, Slot>()
  const loads: (() => void)[] = []
  let start = 0
  let count = 0
  for (const node of nodes) {
    const slot: Slot = { array: out, offset: 0 }
    slots.set(node, slot)
    if (node.kind === 'input') {
      const x = inputs[node.index]!
      if (x.size === size && x.dtype === dtype) {
        slot.array = x.storage()
        loads.push(() => (slot.offset = start))
      } else {
        slot.array = allocate(dtype, chunk)
        loads.push(broadcastLoader(x, type, slot.array, () => [start, count]))
      }
    } else if (node.kind === 'constant') {
      slot.array = allocate(dtype, chunk).fill(node.value)
    } else if (node !== expression || type.dtype !== dtype) {
      slot.array = allocate(dtype, chunk)
    } else {
      loads.push(() => (slot.offset = start))
    }
  }
  const steps = nodes.map((node) => step(node, slots))
  const result = slots.get(expression)!
  for (start = 0; start < size; start += CHUNK) {
    count = Math.min(CHUNK, size - start)
    for (const load of loads) load()
    for (const run of steps) run(count)
    if (result.array !== out) copy(out, start, result, count)
  }
  return out
}

function copy(out: Data, start: number, { array, offset }: Slot, count: number): void {
  for (let i = 0; i < count; i++) out[start + i] = array[offset + i]!
}

/** Fills a chunk with the elements of a broadcast or converted input. */
function broadcastLoader(x: Tensor, type: Type, into: Data, range: () => [number, number]): () => void {
  const data = x.storage()
  if (x.size === 1) {
    into.fill(data[0]!)
    return () => {}
  }
  const { shape } = type
  const strides = broadcastStrides(x.shape, shape)
  return () => {
    const [start, count] = range()
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

function indexAt(shape: readonly number[], flat: number): number[] {
  const index = new Array<number>(shape.length)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = flat % shape[axis]!
    flat = Math.floor(flat / shape[axis]!)
  }
  return index
}

function step(node: Expression, slots: ReadonlyMap<Expression, Slot>): (count: number) => void {
  const out = slots.get(node)!
  if (node.kind === 'named') {
    const x = slots.get(node.args[0])!
    return (n) => apply(node.named.evaluate, out.array, out.offset, x.array, x.offset, n)
  }
  if (node.kind !== 'primitive') return () => {}
  const [a, b = a, c = a] = node.args.map((arg) => slots.get(arg)!) as [Slot, Slot?, Slot?]
  const loop = primitives[node.primitive]
  return (n) => loop(out.array, out.offset, a.array, a.offset, b.array, b.offset, n, c.array, c.offset)
}

function apply(f: (x: number) => number, o: Data, oi: number, x: Data, xi: number, n: number): void {
  for (let i = 0; i < n; i++) o[oi + i] = f(x[xi + i]!)
}

type Loop = (
  o: Data,
  oi: number,
  a: Data,
  ai: number,
  b: Data,
  bi: number,
  n: number,
  c: Data,
  ci: number,
) => void

/** Storing into an f32 chunk rounds, which is f32 arithmetic: rounding a correctly rounded f64 result again is exact for these. */
const primitives: Record<Primitive, Loop> = {
  add: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = a[ai + i]! + b[bi + i]!
  },
  sub: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = a[ai + i]! - b[bi + i]!
  },
  mul: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = a[ai + i]! * b[bi + i]!
  },
  div: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = a[ai + i]! / b[bi + i]!
  },
  sqrt: (o, oi, a, ai, _b, _bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = Math.sqrt(a[ai + i]!)
  },
  abs: (o, oi, a, ai, _b, _bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = Math.abs(a[ai + i]!)
  },
  floor: (o, oi, a, ai, _b, _bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = Math.floor(a[ai + i]!)
  },
  min: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = Math.min(a[ai + i]!, b[bi + i]!)
  },
  max: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = Math.max(a[ai + i]!, b[bi + i]!)
  },
  less: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = a[ai + i]! < b[bi + i]! ? 1 : 0
  },
  equal: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = a[ai + i]! === b[bi + i]! ? 1 : 0
  },
  select: (o, oi, a, ai, b, bi, n, c, ci) => {
    for (let i = 0; i < n; i++) o[oi + i] = a[ai + i]! !== 0 ? b[bi + i]! : c[ci + i]!
  },
  scale2: (o, oi, a, ai, b, bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = numbers.scale2(a[ai + i]!, b[bi + i]!)
  },
  exponent: (o, oi, a, ai, _b, _bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = numbers.exponent(a[ai + i]!)
  },
  mantissa: (o, oi, a, ai, _b, _bi, n) => {
    for (let i = 0; i < n; i++) o[oi + i] = numbers.mantissa(a[ai + i]!)
  },
}
