/** How WebAssembly writes numbers and names as bytes. */

/** Unsigned LEB128: seven bits a byte, lowest first, the top bit set on all but the last. */
export function unsigned(n: number): number[] {
  const out: number[] = []
  do {
    const low = n % 128
    n = Math.floor(n / 128)
    out.push(n > 0 ? low + 128 : low)
  } while (n > 0)
  return out
}

/** Signed LEB128 of an integer with |n| < 2^53: as above, until the rest is all sign. */
export function signed(n: number): number[] {
  const out: number[] = []
  for (;;) {
    const low = ((n % 128) + 128) % 128
    n = Math.floor(n / 128)
    const done = (n === 0 && low < 64) || (n === -1 && low >= 64)
    out.push(done ? low : low + 128)
    if (done) return out
  }
}

/** Signed LEB128 of 64 bits. */
export function signedBig(n: bigint): number[] {
  const out: number[] = []
  for (;;) {
    const low = Number(n & 127n)
    n >>= 7n
    const done = (n === 0n && low < 64) || (n === -1n && low >= 64)
    out.push(done ? low : low + 128)
    if (done) return out
  }
}

const view = new DataView(new ArrayBuffer(8))

export function float32(x: number): number[] {
  view.setFloat32(0, x, true)
  return [0, 1, 2, 3].map((i) => view.getUint8(i))
}

export function float64(x: number): number[] {
  view.setFloat64(0, x, true)
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => view.getUint8(i))
}

/** A name in ASCII, with its length in front. */
export function name(text: string): number[] {
  return [...unsigned(text.length), ...Array.from(text, (c) => c.charCodeAt(0))]
}

/** A list with the number of its items in front. */
export function vector(items: readonly (readonly number[])[]): number[] {
  const out = unsigned(items.length)
  for (const item of items) for (let i = 0; i < item.length; i++) out.push(item[i]!)
  return out
}

/** Bytes with their number in front. */
export function withLength(bytes: readonly number[]): number[] {
  return unsigned(bytes.length).concat(bytes)
}
