/** `onDevice`: a function's tape runs as kernels. */
import { Tensor } from '../src/array/index.ts'
import { recordOnTrees } from '../src/ops/record.ts'
import { formOf, leaves, type Tree } from '../src/ops/trees.ts'
import { missingFor, modes, type Mode } from './gpu.ts'
import { DeviceProgram } from './program.ts'

/** What ran a function. */
export interface RanOnDevice {
  readonly executor: 'kernels'
  readonly mode: Mode
  /** Everything is computed in f32, whatever the dtypes say. */
  readonly precision: 'f32'
  /** Why no GPU ran it, where none did. */
  readonly fallback?: string
  /** Steps that ran as kernels. */
  readonly kernels: number
  /** Operations that ran here, in between. */
  readonly here: readonly string[]
}

export interface DeviceResult<Y extends Tree> {
  /** In the dtypes of `f`, with the accuracy of f32. */
  readonly value: Y
  readonly ran: RanOnDevice
}

export interface DeviceFunction<Xs extends readonly Tree[], Y extends Tree> {
  (...xs: Xs): Promise<DeviceResult<Y>>
  readonly mode: Mode
  readonly fallback: string | undefined
  /** Lets the device's memory go; calling it again takes it again. */
  destroy(): Promise<void>
}

export interface DeviceOptions {
  /** `auto` takes the first of webgpu, webgl2, webasm, cpu that works here, and tells why it is no GPU. Default auto. */
  readonly mode?: Mode | 'auto'
}

/**
 * `f` on a GPU, through GPU.js: recorded at the first call for every form, shape and dtype of its arguments, and cut into kernels whose intermediate
 * results stay on the device. Tensors that it closes over are brought there once; arguments at every call. All of it is computed in f32, also where
 * dtypes say f64: see `confirmFlips` for what such a result is worth.
 *
 * Errors: Error when gpu.js is not installed, when the mode that is asked for does not work here (with the reason), or when another one ran; RangeError
 * for arrays of 2²⁴ elements and more, integers beyond 2²⁴, indices out of range; whatever recording `f` refuses.
 *
 * @example
 * const slope = await onDevice(grad((x: Tensor) => sum(tanh(x))))
 * const { value, ran } = await slope(tensor([0, 1]))
 */
export async function onDevice<Xs extends readonly Tree[], Y extends Tree>(
  f: (...xs: Xs) => Y,
  { mode: wanted = 'auto' }: DeviceOptions = {},
): Promise<DeviceFunction<Xs, Y>> {
  if (typeof f !== 'function') throw new TypeError(`onDevice: expected a function, got ${typeof f}`)
  const { mode, fallback } = await chooseMode(wanted)
  const forms = new Map<string, { program: DeviceProgram; rebuildValue: (list: readonly Tensor[]) => Y }>()
  const call = async (...xs: Xs): Promise<DeviceResult<Y>> => {
    const name = xs.map(formOf).join()
    let form = forms.get(name)
    if (!form) {
      const { tape, rebuildValue } = recordOnTrees('onDevice', f, xs)
      forms.set(name, (form = { program: new DeviceProgram(tape, mode), rebuildValue }))
    }
    const { program, rebuildValue } = form
    const value = rebuildValue(await program.run(xs.flatMap((x) => leaves('onDevice', x))))
    const { kernels, here } = program
    return {
      value,
      ran: { executor: 'kernels', mode, precision: 'f32', ...(fallback && { fallback }), kernels, here },
    }
  }
  const destroy = async (): Promise<void> => {
    await Promise.all([...forms.values()].map(({ program }) => program.destroy()))
  }
  return Object.assign(call, { mode, fallback, destroy })
}

async function chooseMode(wanted: Mode | 'auto'): Promise<{ mode: Mode; fallback: string | undefined }> {
  if (wanted !== 'auto') {
    if (!modes.includes(wanted)) {
      throw new RangeError(`onDevice: expected mode auto or ${modes.join(' or ')}, got ${String(wanted)}`)
    }
    const reason = await missingFor(wanted)
    if (reason !== undefined) throw new Error(`onDevice: expected mode ${wanted} to work, got: ${reason}`)
    return { mode: wanted, fallback: undefined }
  }
  const reasons: string[] = []
  for (const mode of modes) {
    const reason = await missingFor(mode)
    if (reason === undefined) {
      const isGpu = mode === 'webgpu' || mode === 'webgl2'
      return { mode, fallback: isGpu ? undefined : `no GPU: ${reasons.join(', ')}` }
    }
    reasons.push(reason)
  }
  throw new Error(`onDevice: expected a mode that works, got: ${reasons.join(', ')}`)
}
