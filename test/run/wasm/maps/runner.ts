/** Runs one step of a plan by its emitted code, on a memory full of a pattern that it must leave alone elsewhere. */
import { allocate, bytesPerElement, sizeOf, type Data, type Shape } from '../../../../src/array/index.ts'
import type { MapStep, ReduceStep, View } from '../../../../src/run/plan/steps.ts'
import { ModuleBuilder } from '../../../../src/run/wasm/assembler/index.ts'
import { emitMap, emitReduce } from '../../../../src/run/wasm/maps/index.ts'

const BASE = 65536 + 4096
const PATTERN = 0xfb

const roundUp = (n: number): number => Math.ceil(n / 64) * 64

/** The elements of the outputs. Buffers are numbered as the views say; those of inputs are given. */
export function runStep(
  step: MapStep | ReduceStep,
  inputs: ReadonlyMap<number, Data>,
  pieces: number = Infinity,
): Data[] {
  const outputs: View[] = step.kind === 'map' ? step.outputs.map(({ into }) => into) : [step.output]
  const places = new Map<number, number>()
  let end = 0
  const reserve = (buffer: number, bytes: number): void => {
    if (places.has(buffer)) return
    places.set(buffer, end)
    end += roundUp(bytes) + 64
  }
  for (const [buffer, data] of inputs) reserve(buffer, data.byteLength)
  for (const { buffer, dtype, shape } of outputs) reserve(buffer, sizeOf(shape) * bytesPerElement[dtype])
  const place = ({ buffer, offset, dtype }: View): number =>
    places.get(buffer)! + offset * bytesPerElement[dtype]
  const module = new ModuleBuilder()
  module.importMemory('env', 'memory')
  const { outer, chunk } =
    step.kind === 'map' ? emitMap(module, 'step', step, place) : emitReduce(module, 'step', step, place)
  const memory = new WebAssembly.Memory({ initial: Math.ceil((BASE + end + 64) / 65536), maximum: 65536 })
  const bytes = new Uint8Array(memory.buffer)
  bytes.fill(PATTERN, BASE)
  for (const [buffer, data] of inputs) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), BASE + places.get(buffer)!)
  }
  const before = bytes.slice(BASE)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } })
  const run = instance.exports['step'] as (base: number, from: number, to: number) => void
  const stride = Math.min(pieces, chunk)
  for (let from = 0; from < outer; from += stride) run(BASE, from, Math.min(outer, from + stride))
  const results = outputs.map((view) => {
    const data = allocate(view.dtype, sizeOf(view.shape))
    const start = BASE + place(view)
    new Uint8Array(data.buffer).set(bytes.subarray(start, start + data.byteLength))
    before.set(bytes.subarray(start, start + data.byteLength), start - BASE)
    return data
  })
  const changed = before.findIndex((byte, i) => byte !== bytes[BASE + i])
  if (changed >= 0) throw new Error(`expected nothing to change outside of the results, byte ${changed} did`)
  return results
}

/** A row-major view of a whole buffer. */
export function whole(buffer: number, dtype: View['dtype'], shape: Shape): View {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step
    step *= shape[axis]!
  }
  return { buffer, dtype, shape, offset: 0, strides }
}

/** Strides of a view of a shape on a buffer of its own: axes in any order, repeated, with gaps, backwards. */
export interface Layout {
  readonly order: readonly number[]
  /** Of every axis: 0 repeats it, a negative step walks backwards, larger ones leave gaps. */
  readonly steps: readonly number[]
}

/** The view, and the size of the buffer that it needs. */
export function viewOf(
  buffer: number,
  dtype: View['dtype'],
  shape: Shape,
  layout: Layout,
): { view: View; size: number } {
  const strides = new Array<number>(shape.length).fill(0)
  let size = 1
  let offset = 3
  const axes = [...layout.order.filter((axis) => axis < shape.length)].reverse()
  for (const axis of axes) {
    const step = layout.steps[axis]!
    strides[axis] = step * size
    const extent = Math.abs(step) * Math.max(0, shape[axis]! - 1)
    if (step < 0) offset += extent * size
    size *= extent + 1
  }
  return { view: { buffer, dtype, shape, offset, strides }, size: size + 3 }
}

/** The elements that a view shows, in row-major order. */
export function read({ dtype, shape, offset, strides }: View, data: Data): Data {
  const out = allocate(dtype, sizeOf(shape))
  for (let at = 0; at < out.length; at++) {
    let [from, rest] = [offset, at]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    out[at] = data[from]!
  }
  return out
}
