import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { grad, matmul, sum, tanh, tensor, type Tensor } from '../../src/index.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('ten thousand gradients leave no memory behind', () => {
  const w = tensor(
    Array.from({ length: 32 * 64 }, (_, i) => Math.sin(i)),
    [32, 64],
  )
  const x = tensor(Array.from({ length: 64 }, (_, i) => Math.cos(i)))
  const g = grad((y: Tensor) => sum(tanh(matmul(w, y))))
  const heap = (): number => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  for (let i = 0; i < 100; i++) g(x)
  const before = heap()
  for (let i = 0; i < 10_000; i++) g(x)
  expect(heap() - before).toBeLessThan(20e6)
})
