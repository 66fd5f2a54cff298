import { isRecording } from '../tape/index.ts'
import { checkInteger } from './arguments.ts'
import { philox, type Counter, type Key } from './philox.ts'

/** What a stream's path is made of. The number 1 and the string '1' name different streams. */
export type PathPart = string | number

/**
 * An independent, endless sequence of random 32-bit words, found by its seed and its path alone.
 *
 * The path is hashed to 128 bits: two words are the Philox key, two the upper half of its counter. The lower half is the
 * position, in blocks of four words. So drawing from one stream moves no other, a child does not depend on what its
 * parent has drawn, and two of n streams share their words with probability about n²·2⁻¹²⁹.
 */
export class Stream {
  readonly #identity: Counter
  #position = 0

  /** Use `stream(seed, ...path)`. */
  constructor(identity: Counter) {
    this.#identity = identity
  }

  /** Blocks of four words drawn so far. */
  get position(): number {
    return this.#position
  }

  /**
   * The stream at a longer path: `stream(7, 'a', 1)` and `stream(7).child('a').child(1)` are the same stream, each from
   * its beginning. Parts are strings (compared by UTF-16 units) and finite numbers (0 and -0 are one).
   */
  child(...path: PathPart[]): Stream {
    let identity = this.#identity
    for (const part of path) identity = absorbPart(identity, part)
    return new Stream(identity)
  }

  /**
   * Writes the next `blocks` blocks into the front of `out`, four words each, and advances past them. Errors: as `take`; RangeError when
   * `out` has no room for that many blocks.
   */
  draw(out: Uint32Array, blocks: number): void {
    checkInteger('stream', 'a number of blocks', blocks, 0)
    if (4 * blocks > out.length) {
      throw new RangeError(`stream: expected room for ${4 * blocks} words, got ${out.length}`)
    }
    const { counter, key } = this.take(blocks)
    philox(out, blocks, counter, key)
  }

  /**
   * Where the next `blocks` blocks start in Philox's sequence; advances past them. Errors: TypeError while a function is being
   * recorded, because its tape would hold these numbers for ever.
   */
  take(blocks: number): { counter: Counter; key: Key } {
    if (isRecording()) {
      throw new TypeError(
        'stream: expected to draw outside of a recording, got a draw inside of one\n' +
          'hint: draw before, and pass the numbers to the recorded function as an argument',
      )
    }
    const [k0, k1, high0, high1] = this.#identity
    const position = this.#position
    this.#position = position + blocks
    return { counter: [position >>> 0, Math.floor(position / 4294967296), high0, high1], key: [k0, k1] }
  }
}

/**
 * The stream named by a seed and a path, at its beginning. Calling this twice gives two streams with the same words.
 *
 * Errors: RangeError when the seed is no integer in [0, 2⁵³), or a number in the path is not finite; TypeError when a
 * part of the path is neither string nor number.
 *
 * @example
 * const weights = stream(7, 'weights', 0)
 * const noise = stream(7, 'noise') // another stream: drawing from it leaves `weights` alone
 */
export function stream(seed: number, ...path: PathPart[]): Stream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`stream: expected a seed that is an integer in [0, 2^53), got ${String(seed)}`)
  }
  return new Stream([0, 0, 0, 0]).child(seed, ...path)
}

// Tag and length come first, so that no sequence of parts reads as another one.
const numberTag = 1
const textTag = 2

function absorbPart(state: Counter, part: PathPart): Counter {
  if (typeof part === 'number') return absorbNumber(state, part)
  if (typeof part === 'string') return absorbText(state, part)
  throw new TypeError(`stream: expected a path of strings and numbers, got ${typeof part}`)
}

const bits = new DataView(new ArrayBuffer(8))

function absorbNumber(state: Counter, value: number): Counter {
  if (!Number.isFinite(value))
    throw new RangeError(`stream: expected finite numbers in the path, got ${value}`)
  bits.setFloat64(0, value + 0, true) // + 0 turns -0 into 0
  return absorb(absorb(state, [numberTag, 8]), [bits.getUint32(0, true), bits.getUint32(4, true)])
}

/** Four UTF-16 units a block: unlike UTF-8, that keeps lone surrogates apart. */
function absorbText(state: Counter, text: string): Counter {
  const unit = (i: number): number => (i < text.length ? text.charCodeAt(i) : 0)
  let next = absorb(state, [textTag, text.length])
  for (let i = 0; i < text.length; i += 4) {
    next = absorb(next, [unit(i) | (unit(i + 1) << 16), unit(i + 2) | (unit(i + 3) << 16)])
  }
  return next
}

const block = new Uint32Array(4)

/** One step of a Davies-Meyer chain over Philox: state ← Philox(counter = state, key = message) ⊕ state. */
function absorb(state: Counter, message: Key): Counter {
  philox(block, 1, state, message)
  return [block[0]! ^ state[0], block[1]! ^ state[1], block[2]! ^ state[2], block[3]! ^ state[3]]
}
