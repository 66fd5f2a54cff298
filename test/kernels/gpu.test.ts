import { expect, test } from 'vitest'
import { checkRan, missingFor, modes, type GpuPipeline } from '../../kernels/gpu.ts'

/** A pipeline that was run by something. */
function ranBy(backend: string, precision = 'single'): GpuPipeline {
  const plan = { kernels: [{ clone: { kernel: { precision } } }] }
  return { backend, fallbackReason: 'a reason', plan } as unknown as GpuPipeline
}

test('what another mode ran is an error with the reason, and so is another precision', () => {
  for (const [mode, backend] of [
    ['webgpu', 'webgpu'],
    ['webgl2', 'gpu'],
    ['webasm', 'webasm'],
    ['cpu', 'cpu'],
  ] as const) {
    checkRan(ranBy(backend), mode)
    for (const other of ['webgpu', 'gpu', 'webasm', 'cpu'].filter((name) => name !== backend))
      expect(() => checkRan(ranBy(other), mode)).toThrow(
        `kernels: expected ${mode} to run, got ${other} (a reason)`,
      )
    expect(() => checkRan(ranBy(backend, 'unsigned'), mode)).toThrow(
      'kernels: expected precision single, got unsigned',
    )
  }
})

test('in Node there are the two modes that need no graphics', async () => {
  const reasons = await Promise.all(modes.map(missingFor))
  expect(reasons).toEqual(['there is no WebGPU here', 'there is no WebGL 2 here', undefined, undefined])
})
