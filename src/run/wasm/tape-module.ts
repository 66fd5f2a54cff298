/**
 * The module of one tape: a function for every loop of maps and every reduction, and `run(base)`, which carries out the plan's steps in
 * order on the arena at that address. Everything else is a call of the shared kernels.
 *
 * `run` gives 0, or 1 + the number of the step whose indices are out of range.
 */
import { bytesPerElement, sizeOf, type DType } from '../../array/index.ts'
import type { GatherStep, MovePiece, MoveStep, Plan, Step, View } from '../plan/index.ts'
import {
  flatten,
  i32,
  leave,
  memoryFill,
  ModuleBuilder,
  select,
  when,
  type Callable,
  type Code,
  type ResultType,
  type Statement,
} from './assembler/index.ts'
import { collapse } from '../plan/collapse.ts'
import { kernelSignatures, type KernelName } from './kernels/index.ts'
import { emitMap, emitReduce, type MapFunction } from './maps/index.ts'
import type { Frame } from './frame.ts'
import { emitMatmul, matmulKernels } from './matmul-step.ts'

/** Bytes of steps that make a function full: V8 compiles functions above 25 kB badly. */
const FULL = 16_000
/** Pieces of a move that stay together. */
const PIECES = 64

export function tapeModule(plan: Plan): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder()
  module.importMemory('env', 'memory')
  const names = new Set(plan.steps.flatMap(kernelsOf))
  const kernels = new Map<KernelName, Callable>()
  for (const name of names) kernels.set(name, module.importFunction('kernels', name, kernelSignatures[name]))
  const host = module.importFunction('host', 'call', { parameters: ['i32', 'i32'], result: 'void' })
  const start = (buffer: number): number => plan.buffers[buffer]!.at
  const place = ({ buffer, offset, dtype }: View): number => start(buffer) + offset * bytesPerElement[dtype]
  const loops = plan.steps.map((step, number): MapFunction | undefined => {
    if (step.kind === 'map') return emitMap(module, `map${number}`, step, place)
    if (step.kind === 'reduce') return emitReduce(module, `reduce${number}`, step, place)
    return step.kind === 'matmul' && step.epilogue
      ? emitMap(module, `epilogue${number}`, step.epilogue, place)
      : undefined
  })
  const units = plan.steps.flatMap((step, number) => {
    const unit =
      (part: Step) =>
      (frame: Frame): readonly Statement[] =>
        emitStep(part, number, frame, loops[number], host)
    return inPieces(step).map(unit)
  })
  let next = 0
  const part = (): Callable<'i32'> =>
    module.define(`steps${next}`, ['i32'], 'i32', (f, base) => {
      const at = (bytes: number): Code<'i32'> =>
        bytes === 0 ? base.get : i32.add(base.get, i32.const(bytes))
      const kernel = <R extends ResultType>(name: KernelName): Callable<R> => kernels.get(name) as Callable<R>
      const frame: Frame = { f, base, kernel, start, place, at }
      const list: Statement[] = []
      for (let bytes = 0; next < units.length && bytes < FULL; next++) {
        const statements = units[next]!(frame)
        list.push(...statements)
        bytes += flatten(statements).length
      }
      return [...list, i32.const(0)]
    })
  const parts: Callable<'i32'>[] = []
  while (next < units.length) parts.push(part())
  module.define('run', ['i32'], 'i32', (f, base) => {
    const failed = f.local('i32')
    const calls = parts.map((call) => when(failed.tee(call(base.get)), [leave(failed.get)]))
    return [...calls, i32.const(0)]
  })
  return module.bytes()
}

/** Moves of many pieces, one after the other; only the first clears. */
function inPieces(step: Step): Step[] {
  if (step.kind !== 'move' || step.pieces.length <= PIECES) return [step]
  return Array.from({ length: Math.ceil(step.pieces.length / PIECES) }, (_, i) => ({
    ...step,
    clear: step.clear && i === 0,
    pieces: step.pieces.slice(i * PIECES, (i + 1) * PIECES),
  }))
}

function emitStep(
  step: Step,
  number: number,
  frame: Frame,
  loop: MapFunction | undefined,
  host: Callable<'void'>,
): readonly Statement[] {
  switch (step.kind) {
    case 'map':
    case 'reduce':
      return emitLoop(loop!, frame)
    case 'matmul':
      return emitMatmul(step, frame, loop)
    case 'move':
      return emitMove(step, frame)
    case 'gather':
      return emitGather(step, number, frame)
    case 'host':
      return [host(i32.const(number), frame.base.get)]
  }
}

/** A long loop is called in pieces: V8 goes over to optimised code between calls only. */
function emitLoop({ call, outer, chunk }: MapFunction, { f, base }: Frame): readonly Statement[] {
  if (outer <= chunk) return [call(base.get, i32.const(0), i32.const(outer))]
  const end = f.local('i32')
  return [
    f.count(i32.const(0), i32.const(outer), chunk, (from) => [
      end.set(i32.add(from.get, i32.const(chunk))),
      call(base.get, from.get, select(i32.ltU(end.get, i32.const(outer)), end.get, i32.const(outer))),
    ]),
  ]
}

function emitMove({ dtype, add, clear, pieces, output }: MoveStep, frame: Frame): readonly Statement[] {
  const bytes = bytesPerElement[dtype]
  const kernel = frame.kernel(moveKernel(dtype, add))
  const size = i32.const(sizeOf(output.shape) * bytes)
  const zero = clear ? [memoryFill(frame.at(frame.place(output)), i32.const(0), size)] : []
  return [...zero, ...pieces.flatMap((piece) => emitPiece(piece, output, kernel, bytes, frame))]
}

/** Kernels take four axes; more are loops around the call. */
function emitPiece(
  { buffer, shape, from, to }: MovePiece,
  output: View,
  kernel: Callable<'void'>,
  bytes: number,
  frame: Frame,
): readonly Statement[] {
  if (sizeOf(shape) === 0) return []
  const { shape: sizes, strides } = collapse(shape, [from.strides, to.strides])
  const [source, target] = strides as [number[], number[]]
  const missing = Math.max(0, 4 - sizes.length)
  const four = (list: readonly number[], filler: number): Code<'i32'>[] =>
    [...new Array<number>(missing).fill(filler), ...list.slice(-4)].map((n) => i32.const(n))
  const scaled = (list: readonly number[]): number[] => list.map((stride) => stride * bytes)
  const call = (source0: Code<'i32'>, target0: Code<'i32'>): Statement =>
    kernel(source0, target0, ...four(sizes, 1), ...four(scaled(source), 0), ...four(scaled(target), 0))
  const nest = (axis: number, source0: Code<'i32'>, target0: Code<'i32'>): Statement => {
    if (axis >= sizes.length - 4) return call(source0, target0)
    return frame.f.count(i32.const(0), i32.const(sizes[axis]!), 1, (i) => [
      nest(
        axis + 1,
        i32.add(source0, i32.mul(i.get, i32.const(source[axis]! * bytes))),
        i32.add(target0, i32.mul(i.get, i32.const(target[axis]! * bytes))),
      ),
    ])
  }
  const target0 = frame.at(frame.start(output.buffer) + to.offset * bytes)
  return [nest(0, frame.at(frame.start(buffer) + from.offset * bytes), target0)]
}

function emitGather(step: GatherStep, number: number, frame: Frame): readonly Statement[] {
  const { axis, batch, scatter, input, indices, output } = step
  const whole = scatter ? output.shape : input.shape
  const product = (list: readonly number[]): Code<'i32'> => i32.const(sizeOf(list))
  const out = frame.at(frame.place(output))
  const clear = memoryFill(out, i32.const(0), i32.const(sizeOf(output.shape) * bytesPerElement[output.dtype]))
  const failed = frame.kernel<'i32'>(gatherKernel(step))(
    frame.at(frame.place(input)),
    frame.at(frame.place(indices)),
    out,
    product(whole.slice(0, batch)),
    product(whole.slice(batch, axis)),
    i32.const(whole[axis]!),
    product(indices.shape.slice(batch)),
    product(whole.slice(axis + 1)),
  )
  return [...(scatter ? [clear] : []), when(failed, [leave(i32.const(number + 1))])]
}

/** The shared kernels that a step calls. */
function kernelsOf(step: Step): KernelName[] {
  if (step.kind === 'move') return [moveKernel(step.dtype, step.add)]
  if (step.kind === 'gather') return [gatherKernel(step)]
  return step.kind === 'matmul' ? matmulKernels(step) : []
}

function moveKernel(dtype: DType, add: boolean): KernelName {
  if (add) return `add_${dtype}`
  return dtype === 'f64' ? 'copy_8' : 'copy_4'
}

function gatherKernel({ scatter, output: { dtype } }: GatherStep): KernelName {
  if (scatter) return `scatter_${dtype}`
  return dtype === 'f64' ? 'take_8' : 'take_4'
}
