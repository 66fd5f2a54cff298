/** One field of a message: numbers of wire type 0, 1 and 5, or the bytes of type 2. */
export interface Field {
  readonly number: number
  readonly value: bigint | Uint8Array
  /** 4 or 8 for fixed-size numbers. */
  readonly fixed?: 4 | 8
}

/**
 * The fields of a protobuf message (https://protobuf.dev/programming-guides/encoding), in order. Errors:
 * RangeError.
 */
export function fields(op: string, bytes: Uint8Array): Field[] {
  const found: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw new RangeError(`${op}: expected a whole number at ${at}, got the end`)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw new RangeError(`${op}: expected a number of at most ten bytes before ${at}, got a longer one`)
  }
  const take = (n: number): Uint8Array => {
    if (!(n <= bytes.length - at))
      throw new RangeError(`${op}: expected ${n} bytes at ${at}, got ${bytes.length - at}`)
    at += n
    return bytes.subarray(at - n, at)
  }
  while (at < bytes.length) {
    const key = varint()
    const [number, wire] = [Number(key >> 3n), Number(key & 7n)]
    if (number === 0) throw new RangeError(`${op}: expected field numbers from 1, got 0 at ${at}`)
    if (wire === 0) found.push({ number, value: varint() })
    else if (wire === 2) found.push({ number, value: take(Number(varint())) })
    else if (wire === 1 || wire === 5) {
      const fixed = wire === 1 ? 8 : 4
      found.push({ number, value: little(take(fixed)), fixed })
    } else throw new RangeError(`${op}: expected wire type 0, 1, 2 or 5, got ${wire} at ${at}`)
  }
  return found
}

function little(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

/** The bytes of every field of this number that holds bytes. */
export function messages(list: readonly Field[], number: number): Uint8Array[] {
  return list.flatMap(({ number: n, value }) => (n === number && value instanceof Uint8Array ? [value] : []))
}

/** Signed whole numbers of a field, packed or one by one. */
export function integers(op: string, list: readonly Field[], number: number): bigint[] {
  return list.flatMap(({ number: n, value }) => {
    if (n !== number) return []
    if (!(value instanceof Uint8Array)) return [BigInt.asIntN(64, value)]
    return packed(op, value)
  })
}

function packed(op: string, bytes: Uint8Array): bigint[] {
  const found: bigint[] = []
  let [value, shift] = [0n, 0n]
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift
    shift += 7n
    if (shift > 70n) throw new RangeError(`${op}: expected numbers of at most ten bytes, got a longer one`)
    if (byte >= 128) continue
    found.push(BigInt.asIntN(64, value))
    ;[value, shift] = [0n, 0n]
  }
  if (shift > 0n) throw new RangeError(`${op}: expected whole numbers, got one that is cut off`)
  return found
}

/** Floats of four or eight bytes of a field, packed or one by one. */
export function floats(op: string, list: readonly Field[], number: number, size: 4 | 8): number[] {
  return list.flatMap(({ number: n, value }) => {
    if (n !== number) return []
    const bytes = value instanceof Uint8Array ? value : bytesOf(value, size)
    if (bytes.length % size !== 0)
      throw new RangeError(`${op}: expected floats of ${size} bytes, got ${bytes.length} bytes`)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    return Array.from({ length: bytes.length / size }, (_, i) =>
      size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
    )
  })
}

function bytesOf(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
}
