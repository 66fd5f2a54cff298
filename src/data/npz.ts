import type { Tensor } from '../array/index.ts'
import { Cursor, joined, text } from './bytes.ts'
import { inflated } from './gzip.ts'
import { readNpy, writeNpy } from './npy.ts'

/** Signatures of a zip file's records (APPNOTE.TXT 4.3). */
const [local, central, ending] = [0x04034b50, 0x02014b50, 0x06054b50]

/**
 * Tensors by name from NumPy's NPZ: a zip file of NPY files, stored or deflated. Every entry's length and
 * CRC-32 are checked. Errors: RangeError for whatever is damaged, cut off, encrypted, or a zip64.
 */
export async function readNpz(bytes: Uint8Array): Promise<Record<string, Tensor>> {
  const entries = directory(bytes).sort((a, b) => a.at - b.at)
  const tensors = new Map<string, Tensor>()
  let covered = 0
  for (const { name, method, crc, packed, size, at } of entries) {
    // Entries that share bytes could unpack to far more than any file holds.
    if (at < covered) throw new RangeError(`readNpz: expected ${name} at ${covered} or later, got ${at}`)
    const cursor = new Cursor('readNpz', bytes)
    cursor.take(at)
    if (cursor.u32() !== local) throw new RangeError(`readNpz: expected an entry at ${at}, got other bytes`)
    cursor.take(22)
    const [nameLength, extraLength] = [cursor.u16(), cursor.u16()]
    cursor.take(nameLength + extraLength)
    const body = cursor.take(packed)
    covered = cursor.at
    if (method !== 0 && method !== 8)
      throw new RangeError(`readNpz: expected stored or deflated entries, got method ${method} for ${name}`)
    const data = method === 0 ? body : await inflated('readNpz', body, 'deflate-raw', size)
    if (data.length !== size)
      throw new RangeError(`readNpz: expected ${size} bytes in ${name}, got ${data.length}`)
    if (crc32(data) !== crc)
      throw new RangeError(`readNpz: expected the CRC-32 ${crc} of ${name}, got another one`)
    const key = name.replace(/\.npy$/, '')
    if (tensors.has(key)) throw new RangeError(`readNpz: expected different names, got ${key} twice`)
    tensors.set(key, readNpy(data))
  }
  return Object.fromEntries(tensors)
}

interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly at: number
}

function directory(bytes: Uint8Array): Entry[] {
  const cursor = new Cursor('readNpz', bytes)
  // The end record has 22 bytes; NumPy writes no comment behind it.
  if (bytes.length < 22) throw new RangeError(`readNpz: expected a zip file, got ${bytes.length} bytes`)
  cursor.take(bytes.length - 22)
  if (cursor.u32() !== ending)
    throw new RangeError('readNpz: expected a zip file’s end record, got other bytes')
  cursor.take(6)
  const count = cursor.u16()
  const [size, start] = [cursor.u32(), cursor.u32()]
  if (start + size !== bytes.length - 22)
    throw new RangeError(
      `readNpz: expected a directory before the end record, got one of ${size} bytes at ${start}`,
    )
  cursor.at = start
  return Array.from({ length: count }, () => {
    if (cursor.u32() !== central) throw new RangeError('readNpz: expected a directory entry, got other bytes')
    cursor.take(4)
    const [flags, method] = [cursor.u16(), cursor.u16()]
    if (flags & 1) throw new RangeError('readNpz: expected plain entries, got an encrypted one')
    cursor.take(4)
    const [crc, packed, size] = [cursor.u32(), cursor.u32(), cursor.u32()]
    const [name, extra, comment] = [cursor.u16(), cursor.u16(), cursor.u16()]
    cursor.take(8)
    const at = cursor.u32()
    const entry = { name: text('readNpz', cursor.take(name)), method, crc, packed, size, at }
    cursor.take(extra + comment)
    return entry
  })
}

/**
 * Tensors by name as an NPZ of stored entries, as `numpy.savez` writes it. Errors: RangeError for counts,
 * names and sizes that need zip64.
 */
export function writeNpz(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const parts: Uint8Array[] = []
  const listing: Uint8Array[] = []
  let at = 0
  for (const [key, tensor] of Object.entries(tensors)) {
    const [name, data] = [new TextEncoder().encode(`${key}.npy`), writeNpy(tensor)]
    // Version 2.0, UTF-8 names, stored, the first day that the format knows.
    const shared = [20, 0x800, 0, 0, 0x21]
    const sizes = [crc32(data), data.length, data.length]
    const head = record(local, shared, sizes, [name.length, 0])
    parts.push(head, name, data)
    listing.push(record(central, [20, ...shared], sizes, [name.length, 0, 0, 0, 0, 0, 0], [at]), name)
    at += head.length + name.length + data.length
  }
  const size = listing.reduce((sum, { length }) => sum + length, 0)
  const count = Object.keys(tensors).length
  const tail = record(ending, [0, 0, count, count], [size, at], [0])
  return joined([...parts, ...listing, tail])
}

/** A signature, 16-bit, 32-bit, 16-bit, 32-bit numbers. */
function record(
  signature: number,
  shorts: readonly number[],
  longs: readonly number[],
  after: readonly number[],
  last: readonly number[] = [],
): Uint8Array {
  const out = new Uint8Array(4 + 2 * (shorts.length + after.length) + 4 * (longs.length + last.length))
  const view = new DataView(out.buffer)
  let at = 0
  const put = (value: number, bytes: 2 | 4): void => {
    const most = bytes === 2 ? 65535 : 4294967295
    if (value > most)
      throw new RangeError(`writeNpz: expected a count or size of at most ${most}, got ${value}`)
    if (bytes === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
    at += bytes
  }
  put(signature, 4)
  for (const value of shorts) put(value, 2)
  for (const value of longs) put(value, 4)
  for (const value of after) put(value, 2)
  for (const value of last) put(value, 4)
  return out
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]!) & 255]! ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
