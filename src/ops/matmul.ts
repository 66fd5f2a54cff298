import { sameShape, showShape, type Shape, type Tensor, type Type } from '../array/index.ts'
import type { Operation } from '../tape/index.ts'
import { apply, carry, type Carrying } from './apply.ts'
import { mul } from './arithmetic.ts'
import { broadcastTo, reshape, sum, sumTo } from './shape.ts'

export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

type Sides = Required<MatmulOptions>

/*
 * With C = A B: dC = dA B + A dB, and ⟨C̄, dA B⟩ = ⟨C̄ Bᵀ, dA⟩, ⟨C̄, A dB⟩ = ⟨Aᵀ C̄, dB⟩. For a side that is stored
 * transposed the result is transposed as well: (C̄ Bᵀ)ᵀ = B C̄ᵀ and (Aᵀ C̄)ᵀ = C̄ᵀ A.
 */
const matmulOperation: Operation<Sides> = {
  name: 'matmul',
  formula: 'C = A B on the last two axes',
  type: ([a, b], sides) => matmulType(a!, b!, sides),
  kernel: (_, sides) => ({ kind: 'matmul', ...sides }),
  vjp: (i, c, { inputs: [a, b], params: { transposeA, transposeB } }) => {
    const share =
      i === 0
        ? transposeA
          ? product(b!, c, transposeB, true)
          : product(c, b!, false, !transposeB)
        : transposeB
          ? product(c, a!, true, transposeA)
          : product(a!, c, !transposeA, false)
    return sumTo(share, i === 0 ? a!.shape : b!.shape)
  },
  jvp: (i, tangent, { inputs: [a, b], params }) =>
    i === 0 ? apply(matmulOperation, [tangent, b!], params) : apply(matmulOperation, [a!, tangent], params),
  // A side without a batch of its own is shared by all instances; one with a batch is repeated for each of them.
  batch: (inputs, batched, params) => {
    const size = inputs[batched[0] ? 0 : 1]!.shape[0]!
    const inner = inputs.map((x, i) => x.shape.slice(batched[i] ? 1 : 0, -2))
    const common = inner[0]!.length > 0 ? inner[0]! : inner[1]!
    const sides = inputs.map((x, i) => {
      if (!batched[i] && inner[i]!.length === 0) return x
      const full = [size, ...common, ...x.shape.slice(-2)]
      const lead = batched[i] ? [size] : [1]
      const ones = inner[i]!.length > 0 ? inner[i]! : common.map(() => 1)
      return broadcastTo(reshape(x, [...lead, ...ones, ...x.shape.slice(-2)]), full)
    })
    return apply(matmulOperation, sides, params)
  },
  cases: [false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) => {
      const params = { transposeA, transposeB }
      const stored = (rows: number, columns: number, flip: boolean): number[] =>
        flip ? [columns, rows] : [rows, columns]
      const of = (m: number, k: number, n: number): Shape[] => [
        stored(m, k, transposeA),
        stored(k, n, transposeB),
      ]
      const [a, b] = of(2, 3, 4) as [Shape, Shape]
      return [
        { shapes: [a, b], params },
        { shapes: of(3, 11, 1), params },
        { shapes: of(1, 11, 3), params },
        { shapes: of(2, 0, 2), params },
        {
          shapes: [
            [5, ...a],
            [5, ...b],
          ],
          params,
        },
        { shapes: [[5, ...a], b], params },
      ]
    }),
  ),
  refuses: [
    {
      shapes: [
        [2, 3],
        [4, 2],
      ],
      params: { transposeA: false, transposeB: false },
    },
  ],
}

function product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return apply(matmulOperation, [a, b], { transposeA, transposeB })
}

function matmulType(a: Type, b: Type, { transposeA, transposeB }: Sides): Type {
  if (a.dtype !== b.dtype || a.dtype === 'i32') {
    throw new TypeError(
      `matmul: expected two operands in f64 or two in f32, got ${a.dtype} and ${b.dtype}\nhint: cast(x, dtype)`,
    )
  }
  const [m, k] = lastTwo(a.shape, transposeA)
  const [l, n] = lastTwo(b.shape, transposeB)
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  const fits = sameShape(batchA, batchB) || batchA.length === 0 || batchB.length === 0
  if (k !== l || !fits) {
    const flip = (transposed: boolean): string => (transposed ? ' transposed' : '')
    throw new RangeError(
      `matmul: expected [m,k]·[k,n] with equal batch axes, got ${showShape(a.shape)}${flip(transposeA)} · ${showShape(b.shape)}${flip(transposeB)}`,
    )
  }
  return { dtype: a.dtype, shape: [...(batchA.length > 0 ? batchA : batchB), m, n] }
}

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  if (shape.length < 2)
    throw new RangeError(`matmul: expected at least two axes, got shape ${showShape(shape)}`)
  const [rows, columns] = shape.slice(-2) as [number, number]
  return transposed ? [columns, rows] : [rows, columns]
}

/**
 * The matrix product over the last two axes; leading axes are a batch. A vector counts as a column on the right and as
 * a row on the left, and loses that axis again.
 */
export const matmul: Carrying<Sides, (a: Tensor, b: Tensor, options?: MatmulOptions) => Tensor> = carry(
  matmulOperation,
  (a, b, { transposeA = false, transposeB = false } = {}) => {
    const row = a.shape.length === 1
    const column = b.shape.length === 1
    const left = row ? reshape(a, [1, a.size]) : a
    const right = column ? reshape(b, [b.size, 1]) : b
    const sides = { transposeA: transposeA && !row, transposeB: transposeB && !column }
    const c = apply(matmulOperation, [left, right], sides)
    if (!row && !column) return c
    const batch = c.shape.slice(0, -2)
    return reshape(c, [...batch, ...(row ? [] : [c.shape.at(-2)!]), ...(column ? [] : [c.shape.at(-1)!])])
  },
)

/** Σ aᵢ bᵢ of two vectors of one length. */
export function dot(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 1 || !sameShape(a.shape, b.shape)) {
    throw new RangeError(
      `dot: expected two vectors of one length, got ${showShape(a.shape)} and ${showShape(b.shape)}`,
    )
  }
  return sum(mul(a, b))
}

/** The matrix aᵢ bⱼ of two vectors. */
export function outer(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 1 || b.shape.length !== 1) {
    throw new RangeError(`outer: expected two vectors, got ${showShape(a.shape)} and ${showShape(b.shape)}`)
  }
  return mul(reshape(a, [a.size, 1]), b)
}
