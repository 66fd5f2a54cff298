/** Bytes read in order, with an error that says where they end. Numbers are little-endian unless said. */
export class Cursor {
  readonly #op: string
  readonly #bytes: Uint8Array
  readonly #view: DataView
  at = 0

  constructor(op: string, bytes: Uint8Array) {
    if (!(bytes instanceof Uint8Array))
      throw new TypeError(`${op}: expected a Uint8Array, got ${typeof bytes}`)
    this.#op = op
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.at
  }

  /** The next n bytes, not copied. */
  take(n: number): Uint8Array {
    if (!(n <= this.left))
      throw new RangeError(`${this.#op}: expected ${n} bytes at ${this.at}, got ${this.left}`)
    this.at += n
    return this.#bytes.subarray(this.at - n, this.at)
  }

  u8(): number {
    return this.take(1)[0]!
  }

  u16(): number {
    this.take(2)
    return this.#view.getUint16(this.at - 2, true)
  }

  u32(bigEndian = false): number {
    this.take(4)
    return this.#view.getUint32(this.at - 4, !bigEndian)
  }

  /** Refuses what a number cannot hold exactly. */
  u64(): number {
    this.take(8)
    const value = this.#view.getBigUint64(this.at - 8, true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new RangeError(`${this.#op}: expected a size below 2^53 at ${this.at - 8}, got ${value}`)
    return Number(value)
  }

  /** Refuses what follows the last byte wanted. */
  end(): void {
    if (this.left > 0)
      throw new RangeError(`${this.#op}: expected the end at ${this.at}, got ${this.left} bytes more`)
  }
}

/**
 * The number of elements of a declared shape, refused before anything is allocated where `available` bytes do
 * not hold it.
 */
export function elementsWithin(
  op: string,
  shape: readonly number[],
  bytesEach: number,
  available: number,
): number {
  let count = 1
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || n < 0)
      throw new RangeError(`${op}: expected whole sizes, got [${shape.join()}]`)
    count *= n
  }
  if (!(count * bytesEach <= available))
    throw new RangeError(`${op}: expected ${count * bytesEach} bytes for [${shape.join()}], got ${available}`)
  return count
}

/** Bytes one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Text of bytes that must be valid UTF-8. */
export function text(op: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new RangeError(`${op}: expected UTF-8 text, got other bytes`)
  }
}
