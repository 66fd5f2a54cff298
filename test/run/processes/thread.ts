/** A thread that says when it is ready, waits until all are, and then works. */
import { parentPort, workerData } from 'node:worker_threads'
import { sharedMemory } from '../../../src/run/wasm/memory.ts'
import { work } from './work.ts'

export interface Order {
  readonly seed: number
  readonly steps: number
  /** How many threads are ready. */
  readonly ready: SharedArrayBuffer
  readonly threads: number
}

const { seed, steps, ready, threads } = workerData as Order
const count = new Int32Array(ready)
Atomics.add(count, 0, 1)
Atomics.notify(count, 0)
for (let seen = Atomics.load(count, 0); seen < threads; seen = Atomics.load(count, 0))
  Atomics.wait(count, 0, seen)
const done = work(seed, steps)
const isShared = sharedMemory().buffer instanceof SharedArrayBuffer
parentPort!.postMessage({ ...done, isShared }, [done.result.buffer as ArrayBuffer])
