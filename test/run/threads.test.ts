import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { bundled } from '../support/bundle.ts'
import { differs } from '../support/compiled.ts'
import type { Order } from './processes/thread.ts'
import { work, type Work } from './processes/work.ts'

type Answer = Work & { readonly isShared: boolean }

const file = await bundled(new URL('processes/thread.ts', import.meta.url))

async function inThread(order: Order): Promise<Answer> {
  const worker = new Worker(file, { workerData: order })
  try {
    return await new Promise<Answer>((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    )
  } finally {
    await worker.terminate()
  }
}

test('threads compile and run side by side, each in a memory of its own', async () => {
  const [threads, steps] = [2, 3000]
  const ready = new SharedArrayBuffer(4)
  const orders = [1, 2].map((seed): Order => ({ seed, steps, ready, threads }))
  const answers = await Promise.all(orders.map(inThread))
  const ours = orders.map(({ seed }) => work(seed, steps))
  answers.forEach(({ ran, result, isShared, memory }, i) => {
    expect({ ran, isShared }).toEqual({ ran: 'compile', isShared: false })
    // As much as the first thread needs: nobody shares.
    expect(memory).toBe(answers[0]!.memory)
    expect(differs(result, ours[i]!.result)).toBe(undefined)
  })
  expect(differs(answers[0]!.result, answers[1]!.result)).toBe(0)
  expect(new Int32Array(ready)[0]).toBe(threads)
})
