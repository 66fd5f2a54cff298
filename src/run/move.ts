/** The `move` kernel. */
import { allocate, sameShape, sizeOf, type Data, type Tensor, type Type } from '../array/index.ts'
import { rowMajor, type MoveKernel, type Piece } from '../tape/index.ts'

export function runMove({ pieces, add = false }: MoveKernel, inputs: readonly Tensor[], type: Type): Data {
  const size = sizeOf(type.shape)
  const [first] = pieces
  // A reshape shares its elements, which nobody can write to.
  if (!add && pieces.length === 1 && inputs[first!.input]!.size === size && isWhole(first!))
    return inputs[first!.input]!.storage()
  const out = allocate(type.dtype, size)
  for (const piece of pieces)
    if (sizeOf(piece.shape) > 0) movePiece(out, inputs[piece.input]!.storage(), piece, add)
  return out
}

/** All elements in row-major order on both sides. */
function isWhole({ shape, from, to }: Piece): boolean {
  const { offset, strides } = rowMajor(shape)
  return [from, to].every((side) => side.offset === offset && sameShape(side.strides, strides))
}

function movePiece(out: Data, data: Data, { shape, from, to }: Piece, add: boolean): void {
  const last = shape.length - 1
  const count = shape[last] ?? 1
  const [fromStep, toStep] = [from.strides[last] ?? 1, to.strides[last] ?? 1]
  const row = (source: number, target: number): void => {
    for (let i = 0; i < count; i++, source += fromStep, target += toStep) {
      out[target] = add ? out[target]! + data[source]! : data[source]!
    }
  }
  const walk = (axis: number, source: number, target: number): void => {
    if (axis >= last) return row(source, target)
    for (let i = 0; i < shape[axis]!; i++) {
      walk(axis + 1, source + i * from.strides[axis]!, target + i * to.strides[axis]!)
    }
  }
  walk(0, from.offset, to.offset)
}
