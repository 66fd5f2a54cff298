/** The same work for every thread: gradients whose arguments are the gradients before. */
import { compile, grad, matmul, sum, tanh, tensor, type Tensor } from '../../../src/index.ts'
import { gaussianMatrix, normal, stream } from '../../../src/random/index.ts'
import { sharedMemory } from '../../../src/run/wasm/memory.ts'

const WIDTH = 48

export interface Work {
  readonly ran: string
  readonly result: Float64Array
  /** Bytes of the memory of WebAssembly. */
  readonly memory: number
}

export function work(seed: number, steps: number): Work {
  const w = gaussianMatrix(stream(1, 'weights'), WIDTH, WIDTH)
  const slope = compile(
    grad((x: Tensor) => sum(tanh(matmul(w, tanh(matmul(w, x)))))),
    { executor: 'compile' },
  )
  let x = tensor(normal(stream(seed, 'x'), WIDTH))
  for (let i = 0; i < steps; i++) x = slope(x)
  const { buffer } = sharedMemory()
  return { ran: slope.ran.executor, result: Float64Array.from(x.data), memory: buffer.byteLength }
}
