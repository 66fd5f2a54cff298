/** How much a process grows by so many runs of the gradient of a small network after it has become warm. */
import { add, compile, grad, matmul, sum, tanh, tensor, type Shape, type Tensor } from '../../../src/index.ts'
import { bytesInUse, sharedMemory } from '../../../src/run/wasm/memory.ts'

export interface Memory {
  /** Bytes of the JavaScript heap and of arrays, after a garbage collection. */
  readonly heap: number
  readonly arrays: number
  /** Bytes of the memory of WebAssembly, and of those that are in arenas. */
  readonly memory: number
  readonly arenas: number
}

const [runs, keepsResults] = [Number(process.argv[2]), process.argv[3] === 'keep']
const wave = (shape: Shape): Tensor => {
  const size = shape.reduce((n, m) => n * m, 1)
  return tensor(
    Array.from({ length: size }, (_, i) => Math.sin(i)),
    shape,
  )
}
const layers = [wave([32, 20]), wave([32, 32])]
const net = (x: Tensor): Tensor => sum(layers.reduce((y, w) => tanh(add(matmul(w, y), 0.5)), x))
const slope = compile(grad(net), { executor: 'compile' })
const [x, out] = [wave([20]), wave([20])]
const kept: Tensor[] = []

function measure(): Memory {
  for (let i = 0; i < 3; i++) globalThis.gc!()
  const { heapUsed: heap, arrayBuffers: arrays } = process.memoryUsage()
  return { heap, arrays, memory: sharedMemory().buffer.byteLength, arenas: bytesInUse() }
}

for (let i = 0; i < 20_000; i++) slope.into(out, x)
measure()
const before = measure()
for (let i = 0; i < runs; i++) {
  if (keepsResults) kept.push(slope(x))
  else slope.into(out, x)
}
const after = measure()
const growth: Memory = {
  heap: after.heap - before.heap,
  arrays: after.arrays - before.arrays,
  memory: after.memory - before.memory,
  arenas: after.arenas - before.arenas,
}
// Naming what is kept keeps it alive until here.
console.log(JSON.stringify({ ...growth, kept: kept.length }))
