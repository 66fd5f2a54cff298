/**
 * Strided copies and additions, turned round: a cell looks for the elements that end up in it. The strides of a piece are like the place values of
 * a number system, so that the address of a cell is the number whose digits are looked for. Where places overlap, as in the windows of a
 * convolution, the smaller of two axes is tried out, index by index.
 */
import { sizeOf } from '../../src/array/index.ts'
import type { MovePiece, MoveStep } from '../../src/run/index.ts'
import { address, quotientOf } from './addresses.ts'
import { Cell, CELL, type Source } from './cell.ts'

/** `out[to(i)] = x[from(i)]`, exact; with `add` a sum of the n terms t that meet. Budget: (n + 2)·2⁻²⁴·Σ|t|. */
export function moveSource({ add, pieces, output }: MoveStep): Source {
  const cell = new Cell()
  const size = sizeOf(output.shape)
  const value = cell.variable('0')
  for (const piece of pieces.map(ascending))
    writePiece(cell, piece, size, (x) => cell.set(value, add ? `${value} + ${x}` : x))
  return cell.end(value, size)
}

/** The same piece with no axis that goes backwards through the result. */
function ascending(piece: MovePiece): MovePiece {
  const turned = piece.to.strides.map((stride) => stride < 0)
  const turn = ({ offset, strides }: MovePiece['to']): MovePiece['to'] => ({
    offset: strides.reduce(
      (sum, stride, axis) => sum + (turned[axis] ? stride * (piece.shape[axis]! - 1) : 0),
      offset,
    ),
    strides: strides.map((stride, axis) => (turned[axis] ? -stride : stride)),
  })
  return { ...piece, from: turn(piece.from), to: turn(piece.to) }
}

interface Axis {
  readonly axis: number
  readonly n: number
  readonly stride: number
}

function writePiece(cell: Cell, piece: MovePiece, size: number, found: (value: string) => void): void {
  const { shape, from, to, buffer } = piece
  const { places, tried } = numberSystem(piece)
  const digits = shape.map(() => '0')
  const search = (at: number): void => {
    const next = tried[at]
    if (next) {
      cell.loop(next.n, (index) => {
        digits[next.axis] = index
        search(at + 1)
      })
      return
    }
    const start = tried
      .filter(({ stride }) => stride > 0)
      .map(({ stride, axis }) => `${digits[axis]} * ${stride}`)
    const known = to.offset === 0 && start.length === 0
    let rest = known ? CELL : cell.let([CELL, String(to.offset), ...start].join(' - '))
    const conditions = known ? [] : [`${rest} >= 0`]
    for (const { axis, n, stride } of places) {
      // A negative rest gives digits of no meaning, which the first condition leaves out.
      const positive = conditions.length > 0 ? cell.let(`Math.max(${rest}, 0)`) : rest
      const digit = cell.let(quotientOf(cell, positive, stride, size))
      digits[axis] = digit
      if (stride > 1) rest = cell.let(`${rest} - ${digit} * ${stride}`)
      else rest = '0'
      conditions.push(`${digit} < ${n}`)
    }
    if (rest !== '0') conditions.push(`${rest} === 0`)
    cell.if(conditions.join(' && '), () =>
      found(cell.read(buffer, address(from.offset, from.strides, digits))),
    )
  }
  search(0)
}

/** Axes whose digits an address has, the largest stride first, and axes that have to be tried out. */
function numberSystem({ shape, to }: MovePiece): { places: Axis[]; tried: Axis[] } {
  const places: Axis[] = []
  const tried: Axis[] = []
  const axes = shape
    .map((n, axis): Axis => ({ axis, n, stride: to.strides[axis]! }))
    .filter(({ n }) => n > 1)
    .sort((a, b) => a.stride - b.stride)
  for (const next of axes) {
    const reach = (): number => places.reduce((sum, { n, stride }) => sum + (n - 1) * stride, 0)
    let isPlace = next.stride > 0
    while (isPlace && reach() >= next.stride) {
      if (places.at(-1)!.n <= next.n) tried.push(places.pop()!)
      else isPlace = false
    }
    ;(isPlace ? places : tried).push(next)
  }
  return { places: places.reverse(), tried }
}
