/** The arenas of compiled functions that nobody can reach any more, before and after a garbage collection. */
import { compile, matmul, sum, tanh, tensor, type Tensor } from '../../../src/index.ts'
import { bytesInUse, sharedMemory } from '../../../src/run/wasm/memory.ts'

export interface Collected {
  readonly made: number
  readonly kept: number
  readonly collected: number
  /** Growth of the memory while as many functions are made again. */
  readonly growth: number
  /** What the function that was kept gives, and what it gave at first. */
  readonly results: readonly [number, number]
}

const weights = (salt: number): Tensor =>
  tensor(
    Array.from({ length: 200 * 300 }, (_, i) => Math.sin(i + salt)),
    [200, 300],
  )
const x = tensor(Array.from({ length: 300 }, (_, i) => Math.cos(i)))
type Sum = (y: Tensor) => Tensor

function make(salt: number): Sum {
  const w = weights(salt)
  const compiled = compile((y: Tensor) => sum(tanh(matmul(w, y))), { executor: 'compile', donate: [] })
  compiled(x)
  return compiled
}

/** Finalizers run in turns of the event loop of their own. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc!()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const keep = make(0)
const first = keep(x).item()
await collect()
const kept = bytesInUse()
let others: Sum[] = Array.from({ length: 50 }, (_, i) => make(i + 1))
// What they give after a collection shows that those in reach keep their arenas.
await collect()
if (!others.every((f) => Number.isFinite(f(x).item()))) throw new Error('expected finite sums')
const made = bytesInUse()
others = []
await collect()
const collected = bytesInUse()
const { byteLength } = sharedMemory().buffer
others = Array.from({ length: 50 }, (_, i) => make(i + 1))
const growth = sharedMemory().buffer.byteLength - byteLength
const answer: Collected = { made, kept, collected, growth, results: [keep(x).item(), first] }
console.log(JSON.stringify({ ...answer, functions: others.length }))
