/** Maps and reductions: an expression of strided views, at every element or summed over axes. */
import { sizeOf } from '../../src/array/index.ts'
import { collapse, type MapStep, type ReduceStep, type View } from '../../src/run/index.ts'
import type { Expression } from '../../src/tape/index.ts'
import { address, digitsOf } from './addresses.ts'
import { Cell, CELL, type Source } from './cell.ts'
import { writeExpression } from './expression.ts'

/** `out[x] = expression(inputs[0][x], …)`. Budget: that of the expression, see budget.ts. */
export function mapSource({ dtype, shape, inputs, outputs }: MapStep): Source {
  const cell = new Cell()
  const loops = collapse(
    shape,
    inputs.map(({ strides }) => strides),
  )
  const digits = digitsOf(cell, CELL, loops.shape)
  const value = element(cell, inputs, loops.strides, digits, outputs[0]!.expression)
  return cell.end(dtype === 'i32' ? truncated(cell, value) : value, sizeOf(shape))
}

/** `out[x] = Σ expression` or its maximum over the reduced axes. Budget of a sum of n terms t: (n + 2)·2⁻²⁴·Σ|t|. */
export function reduceSource({ combine, shape, axes, inputs, expression }: ReduceStep): Source {
  const cell = new Cell()
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const part = (list: readonly number[]): ReturnType<typeof collapse> =>
    collapse(
      list.map((axis) => shape[axis]!),
      inputs.map(({ strides }) => list.map((axis) => strides[axis]!)),
    )
  const [outer, inner] = [part(kept), part(axes)]
  const digits = digitsOf(cell, CELL, outer.shape)
  const total = cell.variable(combine === 'sum' ? '0' : cell.special(-Infinity))
  const strides = inputs.map((_, i) => [...outer.strides[i]!, ...inner.strides[i]!])
  const walk = (axis: number, indices: readonly string[]): void => {
    if (axis < inner.shape.length) {
      return cell.loop(inner.shape[axis]!, (index) => walk(axis + 1, [...indices, index]))
    }
    const value = element(cell, inputs, strides, [...digits, ...indices], expression)
    cell.set(total, combine === 'sum' ? `${total} + ${value}` : `Math.max(${total}, ${value})`)
  }
  if (axes.every((axis) => shape[axis]! > 0)) walk(0, [])
  return cell.end(total, sizeOf(kept.map((axis) => shape[axis]!)))
}

function element(
  cell: Cell,
  inputs: readonly View[],
  strides: readonly (readonly number[])[],
  digits: readonly string[],
  expression: Expression,
): string {
  const values = inputs.map(({ buffer, offset }, i) =>
    cell.let(cell.read(buffer, address(offset, strides[i]!, digits))),
  )
  return writeExpression(cell, expression, values)
}

function truncated(cell: Cell, value: string): string {
  const x = cell.let(value)
  return `${x} < 0 ? -Math.floor(-${x}) : Math.floor(${x})`
}
