import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
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
import { readOnnx } from '../../src/nets/index.ts'
import { stream, uniform } from '../../src/random/index.ts'

interface Format {
  readonly name: string
  readonly sample: Uint8Array
  /** The number of elements read. */
  readonly read: (bytes: Uint8Array) => number | Promise<number>
  /** The most elements that so many bytes can hold. */
  readonly limit: (bytes: Uint8Array) => number
}

const x = new Tensor(Float64Array.of(1.5, -2, 3, 4, 5, 6), [2, 3], 'f64')
const y = new Tensor(Int32Array.of(1, 0, 2), [3], 'i32')
const total = (set: Readonly<Record<string, Tensor>>): number =>
  Object.values(set).reduce((n, { size }) => n + size, 0)
const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8)
const byBytes = ({ length }: Uint8Array): number => length

/** Every format that is read, with a small file of it. */
export const formats: readonly Format[] = [
  { name: 'IDX', sample: idx, read: (b) => readIdx(b).size, limit: byBytes },
  {
    ...{ name: 'IDX in gzip', sample: new Uint8Array(gzipSync(idx)), limit: ({ length }) => 1032 * length },
    read: async (b) => readIdx(await unpacked('readIdx', b)).size,
  },
  { name: 'NPY', sample: writeNpy(x), read: (b) => readNpy(b).size, limit: byBytes },
  { name: 'NPZ', sample: writeNpz({ x, y }), read: async (b) => total(await readNpz(b)), limit: byBytes },
  {
    ...{ name: 'safetensors', sample: writeSafetensors({ x, y }, { a: 'b' }), limit: byBytes },
    read: (b) => total(readSafetensors(b).tensors),
  },
  {
    ...{ name: 'CSV', sample: new TextEncoder().encode('a,b\n1,2\n3,4.5\n'), limit: byBytes },
    read: (b) => readCsv(b).values.size,
  },
  {
    ...{ name: 'CIFAR', sample: new Uint8Array(3073), limit: byBytes },
    read: (b) => readCifar(b, 10).inputs.size,
  },
  {
    ...{ name: 'ONNX', sample: new Uint8Array(readFileSync('test/nets/golden/mlp.onnx')), limit: byBytes },
    read: (b) => total(readOnnx(b).parameters),
  },
  {
    ...{ name: 'ONNX, convolutions', limit: byBytes },
    sample: new Uint8Array(readFileSync('test/nets/files/golden/view-13.onnx')),
    read: (b) => total(readOnnx(b).parameters),
  },
]

/** The sample with one to four bytes flipped, cut out or put in: the same for the same number. */
export function mutate(sample: Uint8Array, number: number): Uint8Array {
  let bytes = Array.from(sample)
  const u = uniform(stream(number, 'mutation'), 13)
  const times = 1 + Math.floor(4 * u[0]!)
  for (let k = 0; k < times; k++) {
    const [kind, place, value] = [u[3 * k + 1]!, u[3 * k + 2]!, u[3 * k + 3]!]
    const at = Math.floor(place * bytes.length)
    const byte = Math.floor(256 * value)
    if (kind < 0.6) bytes[at] = byte
    else if (kind < 0.8) bytes = [...bytes.slice(0, at), byte, ...bytes.slice(at)]
    else bytes = [...bytes.slice(0, at), ...bytes.slice(at + 1 + (byte % 8))]
  }
  return Uint8Array.from(bytes)
}
