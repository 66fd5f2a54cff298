import { expect, test } from 'vitest'
import { bundled, runInNode } from '../support/bundle.ts'
import type { Memory } from './processes/into.ts'

const file = await bundled(new URL('processes/into.ts', import.meta.url))

test('a hundred thousand gradients written over one tensor leave nothing behind', () => {
  const { heap, ...others } = runInNode(file, '100000') as Memory
  expect(heap).toBeLessThan(64_000)
  expect(others).toEqual({ arrays: 0, memory: 0, arenas: 0, kept: 0 })
})

test('the measurement sees results that are kept', () => {
  const { heap, ...others } = runInNode(file, '10000', 'keep') as Memory
  expect(heap).toBeGreaterThan(640_000)
  expect(others).toEqual({ arrays: 10_000 * 20 * 8, memory: 0, arenas: 0, kept: 10_000 })
})
