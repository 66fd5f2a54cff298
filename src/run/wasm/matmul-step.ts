import { bytesPerElement } from '../../array/index.ts'
import type { Matrices, MatmulStep } from '../plan/index.ts'
import { i32, type Code, type Local, type Statement } from './assembler/index.ts'
import {
  asOneProduct,
  BLOCK_ROWS,
  least,
  matmulRoute,
  packedBytes,
  type KernelName,
  type MatmulRoute,
} from './kernels/index.ts'
import type { MapFunction } from './maps/index.ts'
import type { Frame } from './frame.ts'

type Address = Code<'i32'>

/** How a product is carried out: what is done once for each B, and then some rows of C from the same rows of A. */
interface Way {
  prepare?(b: Address): Statement
  rows(a: Address, b: Address, c: Address, count: Address): Statement
}

/** The calls that carry out a matrix product, and its epilogue on every block of rows as soon as that is there. */
export function emitMatmul(original: MatmulStep, frame: Frame, epilogue?: MapFunction): readonly Statement[] {
  const step = asOneProduct(original)
  const { f } = frame
  const { batch, m, n } = step
  const bytes = bytesPerElement[step.dtype]
  const way = ways[matmulRoute(step)](step, frame)
  const sharedB = step.b.batch === 0 || batch === 1
  const address = ({ buffer, offset, batch: stride }: Matrices, t?: Local<'i32'>): Address => {
    const first = frame.at(frame.start(buffer) + offset * bytes)
    return t && stride > 0 ? i32.add(first, i32.mul(t.get, i32.const(stride * bytes))) : first
  }
  const c: Matrices = { buffer: step.c.buffer, offset: step.c.offset, batch: m * n, row: n, column: 1 }
  const row = ({ row: stride }: Matrices, start: Address, index: Address): Address =>
    i32.add(start, i32.mul(index, i32.const(stride * bytes)))
  const perRow = epilogue ? epilogue.outer / (batch * m) : 0

  const product = (t?: Local<'i32'>): readonly Statement[] => {
    const [a, setA] = f.let(address(step.a, t))
    const [b, setB] = f.let(address(step.b, t))
    const [out, setOut] = f.let(address(c, t))
    const start = [setA, setB, setOut, ...(way.prepare && !sharedB ? [way.prepare(b.get)] : [])]
    if (!epilogue || !Number.isInteger(perRow))
      return [...start, way.rows(a.get, b.get, out.get, i32.const(m))]
    const [count, first, end] = [f.local('i32'), f.local('i32'), f.local('i32')]
    return [
      ...start,
      f.count(i32.const(0), i32.const(m), BLOCK_ROWS, (from) => [
        count.set(least(i32.sub(i32.const(m), from.get), BLOCK_ROWS)),
        way.rows(row(step.a, a.get, from.get), b.get, row(c, out.get, from.get), count.get),
        first.set(t ? i32.add(i32.mul(t.get, i32.const(m)), from.get) : from.get),
        end.set(i32.add(first.get, count.get)),
        epilogue.call(
          frame.base.get,
          i32.mul(first.get, i32.const(perRow)),
          i32.mul(end.get, i32.const(perRow)),
        ),
      ]),
    ]
  }
  return [
    ...(way.prepare && sharedB ? [way.prepare(address(step.b))] : []),
    ...(batch === 1 ? product() : [f.count(i32.const(0), i32.const(batch), 1, product)]),
    ...(epilogue && !Number.isInteger(perRow)
      ? [epilogue.call(frame.base.get, i32.const(0), i32.const(epilogue.outer))]
      : []),
  ]
}

/** The kernels that the calls are of. */
export function matmulKernels(original: MatmulStep): KernelName[] {
  const step = asOneProduct(original)
  const route = matmulRoute(step)
  return route === 'packed' ? [`pack_${step.dtype}`, `multiply_${step.dtype}`] : [`${route}_${step.dtype}`]
}

const ways: Record<MatmulRoute, (step: MatmulStep, frame: Frame) => Way> = {
  matvec: (step, frame) => inLanes(step, frame, false),
  matvecStrided: (step, frame) => inLanes(step, frame, true),
  rows: (step, frame) =>
    step.m > 1 && step.n === 1 ? transposedRow(step, frame) : asTheyLie('rows', step, frame),
  direct: (step, frame) => asTheyLie('direct', step, frame),
  packed: (step, { kernel, at, start }) => {
    const { dtype, k, n, a, b } = step
    const bytes = bytesPerElement[dtype]
    const packed = at(start(step.workspace!))
    const work = at(start(step.workspace!) + packedBytes(step))
    const stride = (elements: number): Address => i32.const(elements * bytes)
    const [pack, multiply] = [kernel(`pack_${dtype}`), kernel(`multiply_${dtype}`)]
    return {
      prepare: (bAt) => pack(bAt, stride(b.row), stride(b.column), packed, i32.const(k), i32.const(n)),
      rows: (aAt, _, c, count) =>
        multiply(aAt, stride(a.row), stride(a.column), packed, c, count, i32.const(k), i32.const(n), work),
    }
  },
}

/** Operands as they lie in memory. */
function asTheyLie(name: 'rows' | 'direct', { dtype, k, n, a, b }: MatmulStep, { kernel }: Frame): Way {
  const [row, column, bRow] = [a.row, a.column, b.row].map((stride) =>
    i32.const(stride * bytesPerElement[dtype]),
  )
  const call = kernel(`${name}_${dtype}`)
  return {
    rows: (aAt, bAt, c, count) => call(aAt, row!, column!, bAt, bRow!, c, count, i32.const(k), i32.const(n)),
  }
}

/** A column of C as the row Bᵀ·Aᵀ. */
function transposedRow({ dtype, k, a, b }: MatmulStep, { kernel }: Frame): Way {
  const [column, bRow] = [a.column, b.row].map((stride) => i32.const(stride * bytesPerElement[dtype]))
  const [none, one] = [i32.const(0), i32.const(1)]
  return {
    rows: (aAt, bAt, c, count) =>
      kernel(`rows_${dtype}`)(bAt, none, bRow!, aAt, column!, c, one, i32.const(k), count),
  }
}

/** Rows times a vector: those of A times B, or, for a single row A, those of Bᵀ times A. */
function inLanes({ dtype, m, k, n, a, b }: MatmulStep, { kernel }: Frame, strided: boolean): Way {
  const bytes = bytesPerElement[dtype]
  const call = kernel(strided ? `matvecStrided_${dtype}` : `matvec_${dtype}`)
  const matrixIsA = n === 1
  const [row, column, step] = matrixIsA ? [a.row, a.column, b.row] : [b.column, b.row, a.column]
  const stride = (elements: number): Address => i32.const(elements * bytes)
  const product = (w: Address, x: Address, y: Address, count: Address): Statement =>
    strided
      ? call(w, stride(row), stride(column), x, stride(step), y, count, i32.const(k))
      : call(w, stride(row), x, y, count, i32.const(k))
  return {
    rows: (aAt, bAt, c, count) =>
      matrixIsA ? product(aAt, bAt, c, count) : product(bAt, aAt, c, m === 1 ? i32.const(n) : count),
  }
}
