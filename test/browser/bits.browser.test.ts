import { expect, inject, test } from 'vitest'
import { fnv1a, grid, hashes } from './bits.ts'

test('a page gives the same bits as Node', () => {
  expect('document' in globalThis).toBe(true)
  expect(hashes()).toEqual(inject('hashesInNode'))
})

test('one bit less changes the hash', () => {
  const points = grid()
  const before = fnv1a(points)
  new Uint8Array(points.buffer)[40_001]! ^= 1
  expect(fnv1a(points)).not.toBe(before)
})
