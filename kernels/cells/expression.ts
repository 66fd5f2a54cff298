/** Scalar expressions as GPU.js source, in f32. Functions that are called by name are written out: a GPU's own may be wrong by 10⁻³. */
import { linearize, type Expression, type Primitive } from '../../src/tape/index.ts'
import type { Cell } from './cell.ts'

/** Writes an expression of inputs that are there under these names; gives the name of its value. */
export function writeExpression(cell: Cell, root: Expression, inputs: readonly string[]): string {
  const values = new Map<Expression, string>()
  for (const node of linearize(root)) {
    if (node.kind === 'input') values.set(node, inputs[node.index]!)
    else if (node.kind === 'constant') values.set(node, literal(cell, node.value))
    else {
      const args = node.args.map((arg) => values.get(arg)!)
      const value =
        node.kind === 'primitive'
          ? cell.let(writePrimitive(cell, node.primitive, args as [string, string, string]))
          : writeExpression(cell, node.named.single ?? node.named.body, args)
      values.set(node, value)
    }
  }
  return values.get(root)!
}

function literal(cell: Cell, value: number): string {
  const rounded = Math.fround(value)
  if (!Number.isFinite(rounded)) return cell.special(rounded)
  return rounded < 0 ? `(${rounded})` : String(rounded)
}

function writePrimitive(cell: Cell, primitive: Primitive, [a, b, c]: [string, string, string]): string {
  switch (primitive) {
    case 'add':
      return `${a} + ${b}`
    case 'sub':
      return `${a} - ${b}`
    case 'mul':
      return `${a} * ${b}`
    case 'div':
      return `${a} / ${b}`
    case 'sqrt':
      return `Math.sqrt(${a})`
    case 'abs':
      return `Math.abs(${a})`
    case 'floor':
      return `Math.floor(${a})`
    case 'min':
      return `Math.min(${a}, ${b})`
    case 'max':
      return `Math.max(${a}, ${b})`
    case 'less':
      return `${a} < ${b} ? 1 : 0`
    case 'equal':
      // Whether a number is NaN, some modes cannot tell: there every number equals itself.
      return a === b ? '1' : `${a} === ${b} ? 1 : 0`
    case 'select':
      return `${a} !== 0 ? ${b} : ${c}`
    case 'scale2':
      return cell.call('scaled', a, b)
    case 'exponent': {
      const size = cell.let(`Math.abs(${a})`)
      const finite = cell.let(`${size} > 0 ? ${cell.call('exponentOf', size)} : ${cell.special(-Infinity)}`)
      return `${size} === ${cell.special(Infinity)} ? ${size} : ${finite}`
    }
    case 'mantissa': {
      const size = cell.let(`Math.abs(${a})`)
      const inside = cell.let(`${size} > 0 ? ${size} : 1`)
      const bounded = cell.let(`${inside} === ${cell.special(Infinity)} ? 1 : ${inside}`)
      const whole = cell.let(cell.call('scaled', bounded, `-${cell.call('exponentOf', bounded)}`))
      return `${a} < 0 ? -${whole} : ${whole}`
    }
  }
}
