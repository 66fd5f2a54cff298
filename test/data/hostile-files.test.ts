import { expect, test } from 'vitest'
import { Tensor } from '../../src/array/index.ts'
import {
  readCsv,
  readNpy,
  readNpz,
  readSafetensors,
  writeNpz,
  writeSafetensors,
} from '../../src/data/index.ts'
import { readCheckpoint } from '../../src/nets/index.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const scalar = (value: number): Tensor => new Tensor(Float64Array.of(value), [], 'f64')

/** An NPY file of version 2, whose header may be long. */
function npy(header: string): Uint8Array {
  const start = Uint8Array.of(0x93, ...ascii('NUMPY'), 2, 0, 0, 0, 0, 0)
  new DataView(start.buffer).setUint32(8, header.length, true)
  return new Uint8Array(Buffer.concat([start, ascii(header)]))
}

test('time grows with the length, not with its square', () => {
  const digits = '1'.repeat(300_000)
  const start = performance.now()
  expect(() => readCsv(ascii(`${digits}x\n1\n${digits}x\n`))).toThrow(/finite numbers in line 3/)
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (1,${' '.repeat(300_000)}`
  expect(() => readNpy(npy(header))).toThrow(/a header of at most 10000 bytes/)
  // Quadratic matching of either takes minutes.
  expect(performance.now() - start).toBeLessThan(5000)
})

test('names that objects have of their own are names like any other', async () => {
  const set = Object.fromEntries([
    ['__proto__', scalar(1)],
    ['constructor', scalar(2)],
  ])
  for (const read of [readSafetensors(writeSafetensors(set)).tensors, await readNpz(writeNpz(set))]) {
    expect(Object.keys(read)).toEqual(['__proto__', 'constructor'])
    expect(Object.values(read).map(({ data }) => data[0])).toEqual([1, 2])
  }
  expect(() => readNpy(npy("{'descr': '<constructor', 'fortran_order': False, 'shape': (), }\n"))).toThrow(
    /plain numbers such as <f8/,
  )
  const tensors = { 'state/__proto__/a': scalar(3), 'state/constructor/b': scalar(4) }
  const { state } = readCheckpoint(writeSafetensors(tensors, { step: '1', recipe: '{"seed":1}' }))
  expect(Object.keys(state)).toEqual(['__proto__', 'constructor'])
  expect([Object.hasOwn(Object.prototype, 'a'), Object.hasOwn(Object, 'b')]).toEqual([false, false])
})

test('NPZ: entries that share their bytes are refused, as is what needs zip64', async () => {
  const file = writeNpz({ a: scalar(1), b: scalar(2) })
  // The second directory entry's last number is the place of its data: that of the first.
  file.fill(0, file.length - 22 - 5 - 4, file.length - 22 - 5)
  await expect(readNpz(file)).rejects.toThrow(/expected [ab].npy at \d+ or later, got 0/)
  const many = Object.fromEntries(Array.from({ length: 65536 }, (_, i) => [`x${i}`, scalar(0)]))
  expect(() => writeNpz(many)).toThrow(/at most 65535, got 65536/)
})
