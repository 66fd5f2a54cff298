import { deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tensor } from '../../src/array/index.ts'
import {
  readCifar,
  readCsv,
  readIdx,
  readNpy,
  readNpz,
  readSafetensors,
  unpacked,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from '../../src/data/index.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Tensors of every dtype, values that text would lose included. */
const tensors = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 4 }), fc.constantFrom('f64', 'f32', 'i32'))
  .chain(([shape, dtype]) => {
    const size = shape.reduce((product, n) => product * n, 1)
    const exact = { minLength: size, maxLength: size }
    if (dtype === 'f64') return fc.float64Array(exact).map((data) => new Tensor(data, shape, 'f64'))
    if (dtype === 'f32') return fc.float32Array(exact).map((data) => new Tensor(data, shape, 'f32'))
    return fc.int32Array(exact).map((data) => new Tensor(data, shape, 'i32'))
  })
const named = fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }).filter((name) => !/^(__|\d+$)/.test(name)), tensors, { maxKeys: 4 }) // prettier-ignore

const same = (a: Tensor, b: Tensor): void => {
  expect([a.dtype, a.shape]).toEqual([b.dtype, b.shape])
  expect(a.data).toEqual(b.data)
}

test('NPY, NPZ and safetensors: written and read, the same tensors', async () => {
  fc.assert(fc.property(tensors, (x) => same(readNpy(writeNpy(x)), x)))
  const metadata = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 3 })
  fc.assert(
    fc.property(named, metadata, (set, texts) => {
      const read = readSafetensors(writeSafetensors(set, texts))
      expect(Object.keys(read.tensors)).toEqual(Object.keys(set))
      for (const [name, x] of Object.entries(set)) same(read.tensors[name]!, x)
      expect({ ...read.metadata }).toEqual({ ...texts })
    }),
  )
  await fc.assert(
    fc.asyncProperty(named, async (set) => {
      const read = await readNpz(writeNpz(set))
      expect(Object.keys(read)).toEqual(Object.keys(set))
      for (const [name, x] of Object.entries(set)) same(read[name]!, x)
    }),
    { numRuns: 50 },
  )
})

test('IDX: big-endian numbers of every type', () => {
  same(
    readIdx(bytes(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 255)),
    new Tensor(Int32Array.of(1, 2, 255), [1, 3], 'i32'),
  )
  same(readIdx(bytes(0, 0, 9, 1, 0, 0, 0, 1, 255)), new Tensor(Int32Array.of(-1), [1], 'i32'))
  same(readIdx(bytes(0, 0, 11, 1, 0, 0, 0, 1, 1, 2)), new Tensor(Int32Array.of(258), [1], 'i32'))
  same(
    readIdx(bytes(0, 0, 13, 1, 0, 0, 0, 1, 0xbf, 0xc0, 0, 0)),
    new Tensor(Float32Array.of(-1.5), [1], 'f32'),
  )
})

/** The smallest NPY file with this header. */
const npy = (descr: string, shape: string, fortran: string, ...body: number[]): Uint8Array => {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`
  return joined(bytes(0x93), ascii('NUMPY\x01\x00'), bytes(header.length, 0), ascii(header), bytes(...body))
}

test('NPY: Fortran order, byte orders, small types, none but plain numbers', () => {
  same(
    readNpy(npy('|u1', '(2, 3)', 'True', 1, 2, 3, 4, 5, 6)),
    new Tensor(Int32Array.of(1, 3, 5, 2, 4, 6), [2, 3], 'i32'),
  )
  same(readNpy(npy('>i2', '(1,)', 'False', 1, 2)), new Tensor(Int32Array.of(258), [1], 'i32'))
  same(
    readNpy(npy('<f2', '(3,)', 'False', 0, 0x3c, 0, 0xc2, 1, 0)),
    new Tensor(Float32Array.of(1, -3, 2 ** -24), [3], 'f32'),
  )
  same(readNpy(npy('|b1', '()', 'False', 1)), new Tensor(Int32Array.of(1), [], 'i32'))
  const wide = readNpy(npy('<i8', '(1,)', 'False', 0, 0, 0, 0, 1, 0, 0, 0))
  same(wide, new Tensor(Float64Array.of(2 ** 32), [1], 'f64'))
  expect(() => readNpy(npy('<i8', '(1,)', 'False', 0, 0, 0, 0, 0, 0, 0, 64))).toThrow(/within 2\^53/)
  expect(() => readNpy(npy('|O', '(1,)', 'False', 0))).toThrow(/plain numbers such as <f8, got "\|O"/)
  expect(() => readNpy(npy('<c8', '(1,)', 'False', 0))).toThrow(/plain numbers/)
  expect(() => readNpy(npy('|b1', '(1,)', 'False', 2))).toThrow(/booleans 0 or 1/)
})

test('a declared size is refused before it is allocated', () => {
  expect(() => readNpy(npy('<f8', '(1048576, 1048576)', 'False'))).toThrow(/expected 8796093022208 bytes/)
  expect(() => readIdx(bytes(0, 0, 14, 2, 255, 255, 255, 255, 255, 255, 255, 255))).toThrow(
    /expected .* bytes for/,
  )
  const header = '{"a":{"dtype":"F64","shape":[1099511627776],"data_offsets":[0,8]}}'
  const file = joined(bytes(header.length, 0, 0, 0, 0, 0, 0, 0), ascii(header), new Uint8Array(8))
  expect(() => readSafetensors(file)).toThrow(/expected 8796093022208 bytes/)
  expect(() => readSafetensors(new Uint8Array(8).fill(255))).toThrow(/below 2\^53/)
})

/** A safetensors file of this header and this many bytes of numbers. */
const safetensors = (header: string, body: number): Uint8Array =>
  joined(
    bytes(header.length & 255, header.length >> 8, 0, 0, 0, 0, 0, 0),
    ascii(header),
    new Uint8Array(body),
  )

test.each([
  [
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    4,
    /one twice/,
  ],
  [
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}',
    6,
    /begin at 4, got 2/,
  ],
  [
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[5,9]}}',
    9,
    /begin at 4, got 5/,
  ],
  ['{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 8, /8 bytes of a, got 4/],
  ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 8, /expected 4 bytes of numbers, got 8/],
  ['{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}', 1, /got F8_E4M3/],
  ['{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4, /a shape of a/],
  ['{"__metadata__":{"a":1}}', 0, /texts in __metadata__/],
  ['[]', 0, /an object as header/],
  ['{"a":', 0, /a header in JSON/],
])('safetensors: %s is refused', (header, body, message) => {
  expect(() => readSafetensors(safetensors(header, body))).toThrow(message)
})

test('safetensors: BF16 and F16 become f32 exactly, whole numbers i32', () => {
  const header =
    '{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}'
  const file = safetensors(header, 4)
  file.set([0xc0, 0xbf, 7, 255], file.length - 4)
  const { tensors } = readSafetensors(file)
  same(tensors['a']!, new Tensor(Float32Array.of(-1.5), [1], 'f32'))
  same(tensors['b']!, new Tensor(Int32Array.of(7, 255), [2], 'i32'))
})

test('CSV: names or none, numbers or an error with the line', () => {
  const table = readCsv(ascii('x, "y"\n1,2\r\n-3.5,4e2\n'))
  expect(table.names).toEqual(['x', 'y'])
  same(table.values, new Tensor(Float64Array.of(1, 2, -3.5, 400), [2, 2], 'f64'))
  expect(readCsv(ascii('1\n2\n')).values.shape).toEqual([2, 1])
  expect(() => readCsv(ascii('a,b\n1\n'))).toThrow('expected 2 fields in line 2, got 1')
  expect(() => readCsv(ascii('1,2\n3,x\n'))).toThrow('finite numbers in line 2, got "x"')
  expect(() => readCsv(ascii('1,2\n3,1e999\n'))).toThrow(/finite numbers in line 2/)
  expect(() => readCsv(ascii('1,2\n3,4'))).toThrow(/may be cut off/)
  expect(() => readCsv(ascii('a,b\n'))).toThrow(/rows of numbers, got none/)
  expect(() => readCsv(bytes(0xff, 10))).toThrow(/UTF-8/)
})

test('CIFAR: records of label and pixels', () => {
  const record = new Uint8Array(3073).fill(51)
  record[0] = 9
  const { inputs, labels } = readCifar(joined(record, record), 10)
  expect([inputs.shape, Array.from(labels.data)]).toEqual([
    [2, 3, 32, 32],
    [9, 9],
  ])
  expect(inputs.data[0]).toBe(Math.fround(0.2))
  expect(() => readCifar(record.subarray(1), 10)).toThrow(/whole records of 3073 bytes/)
  record[0] = 10
  expect(() => readCifar(record, 10)).toThrow(/labels below 10, got 10 in record 0/)
})

test('gzip is read through, damaged gzip refused', async () => {
  const file = writeNpy(new Tensor(Float64Array.of(1, 2), [2], 'f64'))
  const packed = new Uint8Array(gzipSync(file))
  expect(await unpacked('read', packed)).toEqual(file)
  await expect(unpacked('read', packed.subarray(0, packed.length - 3))).rejects.toThrow(/whole gzip data/)
})

/** `np.savez_compressed` writes deflated entries; made here by hand from stored ones. */
test('NPZ: deflated entries, their sizes and CRCs', async () => {
  const x = new Tensor(new Float64Array(100).fill(3), [100], 'f64')
  const stored = writeNpz({ x })
  const deflated = deflate(stored)
  same((await readNpz(deflated)).x!, x)
  // An entry that unpacks to more than it declares stops there.
  const bomb = deflated.slice()
  bomb.set(bytes(1, 0, 0, 0), bomb.length - 22 - 46 - 5 + 24)
  await expect(readNpz(bomb)).rejects.toThrow(RangeError)
})

function deflate(stored: Uint8Array): Uint8Array {
  const name = 'x.npy'.length
  const end = stored.length - 22
  const central = stored.slice(end - 46 - name, end)
  const body = stored.subarray(30 + name, end - 46 - name)
  const packed = new Uint8Array(deflateRawSync(body))
  const local = stored.slice(0, 30 + name)
  const tail = stored.slice(end)
  const put = (record: Uint8Array, at: number, value: number, size = 4): void => {
    for (let i = 0; i < size; i++) record[at + i] = (value >> (8 * i)) & 255
  }
  put(local, 8, 8, 2)
  put(local, 18, packed.length)
  put(central, 10, 8, 2)
  put(central, 20, packed.length)
  put(tail, 16, local.length + packed.length)
  return joined(local, packed, central, tail)
}
