/** A 128-bit counter as four 32-bit words, lowest first. */
export type Counter = readonly [number, number, number, number]

/** A 64-bit key as two 32-bit words, lowest first. */
export type Key = readonly [number, number]

/**
 * Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, §4.3): the blocks
 * of `blocks` consecutive counters, four words each, into `out`. The counter carries from word 0 into word 1.
 *
 * One round, with M₀, M₁ the multipliers and hi, lo the halves of a 64-bit product:
 *
 *     (x₀, x₁, x₂, x₃) ← (hi(M₁x₂) ⊕ x₁ ⊕ k₀,  lo(M₁x₂),  hi(M₀x₀) ⊕ x₃ ⊕ k₁,  lo(M₀x₀))
 *
 * and the key gains the Weyl constants between rounds.
 */
export function philox(out: Uint32Array, blocks: number, counter: Counter, key: Key): void {
  let n0 = counter[0] | 0
  let n1 = counter[1] | 0
  const n2 = counter[2] | 0
  const n3 = counter[3] | 0
  for (let at = 0; at < 4 * blocks; at += 4) {
    let x0 = n0
    let x1 = n1
    let x2 = n2
    let x3 = n3
    let k0 = key[0] | 0
    let k1 = key[1] | 0
    // Two rounds a turn, x → y → x, so that no word has to be moved: 31 ns a block, 34 with one round a turn.
    for (let turn = 0; turn < 5; turn++) {
      const y0 = high1(x2) ^ x1 ^ k0
      const y1 = Math.imul(x2, 0xcd9e8d57)
      const y2 = high0(x0) ^ x3 ^ k1
      const y3 = Math.imul(x0, 0xd2511f53)
      k0 = (k0 + 0x9e3779b9) | 0
      k1 = (k1 + 0xbb67ae85) | 0
      x0 = high1(y2) ^ y1 ^ k0
      x1 = Math.imul(y2, 0xcd9e8d57)
      x2 = high0(y0) ^ y3 ^ k1
      x3 = Math.imul(y0, 0xd2511f53)
      k0 = (k0 + 0x9e3779b9) | 0
      k1 = (k1 + 0xbb67ae85) | 0
    }
    out[at] = x0
    out[at + 1] = x1
    out[at + 2] = x2
    out[at + 3] = x3
    n0 = (n0 + 1) | 0
    if (n0 === 0) n1 = (n1 + 1) | 0
  }
}

/** The high word of 0xd2511f53·x, schoolbook on 16-bit halves: no partial sum leaves 32 bits. */
function high0(x: number): number {
  const low = x & 0xffff
  const high = x >>> 16
  const middle = (Math.imul(high, 0x1f53) + (Math.imul(low, 0x1f53) >>> 16)) | 0
  const carry = (Math.imul(low, 0xd251) + (middle & 0xffff)) >>> 16
  return (Math.imul(high, 0xd251) + (middle >>> 16) + carry) | 0
}

/** The high word of 0xcd9e8d57·x. Apart from `high0` because the constants must be literals to be fast. */
function high1(x: number): number {
  const low = x & 0xffff
  const high = x >>> 16
  const middle = (Math.imul(high, 0x8d57) + (Math.imul(low, 0x8d57) >>> 16)) | 0
  const carry = (Math.imul(low, 0xcd9e) + (middle & 0xffff)) >>> 16
  return (Math.imul(high, 0xcd9e) + (middle >>> 16) + carry) | 0
}
