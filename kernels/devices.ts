/** What works on this machine, and how fast a matrix product is there. */
import { Tensor } from '../src/array/index.ts'
import { matmul } from '../src/ops/index.ts'
import { missingFor, modes, type Mode } from './gpu.ts'
import { onDevice } from './on-device.ts'

export interface DeviceReport {
  readonly mode: Mode
  readonly works: boolean
  /** Why it does not. */
  readonly why?: string
  /** 10⁹ floating-point operations a second in a matrix product of 256 rows and columns, arguments brought there and the result back. */
  readonly gflops?: number
}

const SIZE = 256
const SECONDS = 0.5

/** All modes, the fastest kind first; each that works is measured for about half a second. Errors: Error where gpu.js is not installed. */
export async function devices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = []
  for (const mode of modes) reports.push(await report(mode))
  return reports
}

async function report(mode: Mode): Promise<DeviceReport> {
  const why = await missingFor(mode)
  if (why !== undefined) return { mode, works: false, why }
  try {
    return { mode, works: true, gflops: await measured(mode) }
  } catch (error) {
    return { mode, works: false, why: error instanceof Error ? error.message : String(error) }
  }
}

async function measured(mode: Mode): Promise<number> {
  const product = await onDevice((a: Tensor, b: Tensor) => matmul(a, b), { mode })
  const ones = new Tensor(new Float32Array(SIZE * SIZE).fill(1), [SIZE, SIZE], 'f32')
  const { value } = await product(ones, ones)
  const wrong = value.storage().find((x: number) => x !== SIZE)
  if (wrong !== undefined) throw new Error(`devices: expected a product of ${SIZE}, got ${wrong}`)
  let best = Infinity
  for (const end = performance.now() + 1000 * SECONDS; performance.now() < end;) {
    const start = performance.now()
    await product(ones, ones)
    best = Math.min(best, performance.now() - start)
  }
  await product.destroy()
  return (2 * SIZE * SIZE * SIZE) / (best * 1e6)
}
