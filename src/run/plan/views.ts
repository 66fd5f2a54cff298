/**
 * Strided windows. Most moves copy nothing: a transpose, a broadcast, a slice or a reshape only says with which strides to
 * read what is there, and so does one on top of another as long as single strides can say it.
 */
import { broadcastStrides, sizeOf, stridesOf, type Shape } from '../../array/index.ts'
import type { MoveKernel, Piece, Strided } from '../../tape/index.ts'
import { collapse } from './collapse.ts'
import type { View } from './steps.ts'

/** Some elements of an array, by their numbers in row-major order. */
export interface Selection extends Strided {
  readonly shape: Shape
}

/** All elements of a buffer. */
export function wholeView(buffer: number, { dtype, shape }: Pick<View, 'dtype' | 'shape'>): View {
  return { buffer, dtype, shape, offset: 0, strides: stridesOf(shape) }
}

/** Its elements lie one after the other, in row-major order. */
export function isRowMajor({ shape, strides }: Selection): boolean {
  const { shape: sizes, strides: steps } = collapse(shape, [strides])
  return sizeOf(shape) === 0 || sizes.length === 0 || (sizes.length === 1 && steps[0]![0] === 1)
}

/** The same view with another shape's axes; sizes of 1 repeat, as in NumPy. */
export function broadcastView(view: View, shape: Shape): View {
  const lead = shape.length - view.shape.length
  const fixed = broadcastStrides(view.shape, shape).map((_, axis) =>
    axis < lead || view.shape[axis - lead] === 1 ? 0 : view.strides[axis - lead]!,
  )
  return { ...view, shape, strides: fixed }
}

/**
 * A selection from what a view shows, as a view; undefined where strides cannot say it.
 *
 * The number of an element is written in the digits of the view's shape. A selection steps by so much in every digit; as
 * long as no digit ever runs over, a step is the same distance in memory everywhere.
 */
export function selectFrom(view: View, { shape, offset, strides }: Selection): View | undefined {
  if (sizeOf(shape) === 0) return { ...view, shape, strides: shape.map(() => 0) }
  const { shape: sizes, strides: steps } = collapse(view.shape, [view.strides])
  const spans = stridesOf(sizes)
  const digitsOf = (number: number): number[] =>
    spans.map((span, a) => Math.floor((a === 0 ? number : number % spans[a - 1]!) / span))
  const distance = (digits: readonly number[]): number =>
    digits.reduce((sum, digit, a) => sum + digit * steps[0]![a]!, 0)
  const first = digitsOf(offset)
  const [low, high] = [[...first], [...first]]
  const moves = shape.map((n, axis) => {
    if (n === 1 || strides[axis] === 0) return 0
    const back = strides[axis]! < 0
    const digits = digitsOf(Math.abs(strides[axis]!))
    digits.forEach((digit, a) => ((back ? low : high)[a]! += (back ? -digit : digit) * (n - 1)))
    return (back ? -1 : 1) * distance(digits)
  })
  if (!sizes.every((n, a) => low[a]! >= 0 && high[a]! < n)) return undefined
  return { ...view, shape, offset: view.offset + distance(first), strides: moves }
}

/** The elements that a move lays side by side in row-major order, when all it does is reading one input. */
export function selectionOf({ pieces, add = false }: MoveKernel, shape: Shape): Selection | undefined {
  const joined = joinPieces(pieces)
  if (add || joined.length !== 1) return undefined
  const { from, to, shape: loops } = joined[0]!
  const order = loops
    .map((_, axis) => axis)
    .filter((axis) => loops[axis] !== 1)
    .sort((a, b) => to.strides[b]! - to.strides[a]!)
  const sorted = order.map((axis) => loops[axis]!)
  const rows = stridesOf(sorted)
  const covers = sizeOf(sorted) === sizeOf(shape) && to.offset === 0
  if (!covers || !order.every((axis, i) => to.strides[axis] === rows[i])) return undefined
  return { shape: sorted, offset: from.offset, strides: order.map((axis) => from.strides[axis]!) }
}

/**
 * The same copies in fewer pieces: pieces that only differ in where they begin, by equal distances, become one with a
 * further axis, the outermost, so that additions keep their order.
 */
export function joinPieces(pieces: readonly Piece[]): readonly Piece[] {
  let list = pieces
  for (;;) {
    const joined = joinRuns(list)
    if (joined.length === list.length) return list
    list = joined
  }
}

function joinRuns(pieces: readonly Piece[]): readonly Piece[] {
  const run = runLength(pieces)
  if (run < 2) return pieces
  const joined: Piece[] = []
  for (let at = 0; at < pieces.length; at += run) {
    const [piece, next] = [pieces[at]!, pieces[at + 1]!]
    const extend = (side: 'from' | 'to'): Strided => ({
      offset: piece[side].offset,
      strides: [next[side].offset - piece[side].offset, ...piece[side].strides],
    })
    joined.push({ input: piece.input, shape: [run, ...piece.shape], from: extend('from'), to: extend('to') })
  }
  return joined
}

/** The largest number of pieces that always join, from the first piece on. */
function runLength(pieces: readonly Piece[]): number {
  const joins = (at: number, start: number): boolean => {
    const [a, b, c] = [pieces[start]!, pieces[start + 1]!, pieces[at]!]
    const apart = at - start
    return (
      c.input === a.input &&
      same(c.shape, a.shape) &&
      (['from', 'to'] as const).every(
        (side) =>
          same(c[side].strides, a[side].strides) &&
          c[side].offset - a[side].offset === apart * (b[side].offset - a[side].offset),
      )
    )
  }
  let run = 1
  while (run < pieces.length && joins(run, 0)) run++
  if (run < 2 || pieces.length % run !== 0) return 1
  const all = pieces.every((_, at) => joins(at, at - (at % run)))
  return all ? run : 1
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i])
}

/** Whether pieces write every element of a result, as those of a concatenation do: runs that tile rows of equal length. */
export function covers(pieces: readonly Piece[], size: number): boolean {
  const parts = pieces
    .filter(({ shape }) => sizeOf(shape) > 0)
    .map(({ shape, to }) => {
      const { shape: sizes, strides } = collapse(shape, [to.strides])
      const [loops, steps] = [[...sizes], [...strides[0]!]]
      const run = steps.at(-1) === 1 ? (steps.pop(), loops.pop()!) : 1
      return { offset: to.offset, run, loops, steps }
    })
    .sort((a, b) => a.offset - b.offset)
  if (parts.length === 0) return size === 0
  let end = 0
  for (const { offset, run } of parts) {
    if (offset !== end) return false
    end += run
  }
  return parts.every(({ loops, steps }) => {
    const rows = stridesOf(loops)
    return sizeOf(loops) * end === size && steps.every((step, i) => step === rows[i]! * end)
  })
}
