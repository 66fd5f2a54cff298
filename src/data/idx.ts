import type { Tensor } from '../array/index.ts'
import { Cursor, elementsWithin } from './bytes.ts'
import { bytesOf, decoded, type Stored } from './numbers.ts'

const types: Readonly<Record<number, Stored>> = {
  8: 'u8',
  9: 'i8',
  11: 'i16',
  12: 'i32',
  13: 'f32',
  14: 'f64',
}

/**
 * A tensor from IDX, the format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, type, rank,
 * big-endian sizes, numbers. Whole numbers become i32. Errors: RangeError for another magic, a length other
 * than declared.
 */
export function readIdx(bytes: Uint8Array): Tensor {
  const cursor = new Cursor('readIdx', bytes)
  const magic = cursor.take(4)
  const stored = types[magic[2]!]
  if (magic[0] !== 0 || magic[1] !== 0 || !stored || magic[3]! < 1)
    throw new RangeError(`readIdx: expected the magic 0, 0, type, rank, got ${magic.join(', ')}`)
  const shape = Array.from({ length: magic[3]! }, () => cursor.u32(true))
  const count = elementsWithin('readIdx', shape, bytesOf[stored], cursor.left)
  const body = cursor.take(count * bytesOf[stored])
  cursor.end()
  return decoded('readIdx', stored, body, shape, true)
}
