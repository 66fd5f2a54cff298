/** Sums of products by index notation. */
import { showShape, sizeOf, type Tensor } from '../array/index.ts'
import { mul } from './arithmetic.ts'
import { matmul } from './matmul.ts'
import { reshape, sum, transpose } from './shape.ts'

/**
 * `einsum('ij,jk->ik', a, b)` is the matrix product: every letter is an axis, letters that the result does not name are
 * summed over. One or two operands; every letter at most once per operand. Two operands become one `matmul`, or one `mul`
 * where nothing that they share is summed.
 */
export function einsum(formula: string, a: Tensor, b?: Tensor): Tensor {
  const operands = b ? [a, b] : [a]
  const { terms, result } = parse(formula, operands.length)
  const sizes = new Map<string, number>()
  terms.forEach((term, i) => measure(formula, term, operands[i]!, sizes))
  if (b && a.dtype !== b.dtype) {
    throw new TypeError(
      `einsum: expected operands of one dtype, got ${a.dtype} and ${b.dtype}\nhint: cast(x, dtype)`,
    )
  }
  for (const letter of result) {
    if (sizes.has(letter)) continue
    throw new RangeError(
      `einsum: expected letters of the operands in the result, got ${letter} in '${formula}'`,
    )
  }
  // What one operand alone names and the result does not is summed first.
  const kept = operands.map((x, i) => sumUnused(x, terms[i]!, [...result, ...(terms[1 - i] ?? [])]))
  if (kept.length === 1) return reorder(kept[0]!.x, kept[0]!.letters, result)
  return contract(kept[0]!, kept[1]!, result, sizes)
}

interface Term {
  readonly x: Tensor
  readonly letters: readonly string[]
}

function parse(formula: string, count: number): { terms: string[][]; result: string[] } {
  const match = /^([a-zA-Z,]*)->([a-zA-Z]*)$/.exec(formula.replaceAll(' ', ''))
  if (!match) {
    throw new TypeError(
      `einsum: expected letters, commas and one ->, got '${formula}'\nhint: 'ij,jk->ik' is the matrix product, 'ij->' the sum of all elements`,
    )
  }
  const [terms, result] = [match[1]!.split(',').map((term) => [...term]), [...match[2]!]]
  if (terms.length > 2) {
    throw new TypeError(
      `einsum: expected one or two operands, got '${formula}'\nhint: contract two at a time`,
    )
  }
  if (terms.length !== count) {
    throw new TypeError(`einsum: expected ${terms.length} operands for '${formula}', got ${count}`)
  }
  for (const letters of [...terms, result]) {
    const repeated = letters.find((letter, i) => letters.indexOf(letter) !== i)
    if (repeated === undefined) continue
    throw new TypeError(
      `einsum: expected every letter once in '${letters.join('')}', got ${repeated} twice\n` +
        'hint: there are no diagonals here; multiply by an identity matrix with letters of its own and sum',
    )
  }
  return { terms, result }
}

function measure(formula: string, letters: readonly string[], x: Tensor, sizes: Map<string, number>): void {
  if (x.shape.length !== letters.length) {
    throw new RangeError(
      `einsum: expected ${letters.length} axes for '${letters.join('')}' of '${formula}', got shape ${showShape(x.shape)}`,
    )
  }
  if (x.dtype === 'i32') {
    throw new TypeError(`einsum: expected f64 or f32, got i32\nhint: cast(x, 'f64')`)
  }
  letters.forEach((letter, axis) => {
    const [size, known] = [x.shape[axis]!, sizes.get(letter)]
    if (known !== undefined && known !== size) {
      throw new RangeError(
        `einsum: expected one size for ${letter} in '${formula}', got ${known} and ${size}`,
      )
    }
    sizes.set(letter, size)
  })
}

function sumUnused(x: Tensor, letters: readonly string[], used: readonly string[]): Term {
  const axes = letters.flatMap((letter, axis) => (used.includes(letter) ? [] : [axis]))
  return {
    x: axes.length === 0 ? x : sum(x, axes),
    letters: letters.filter((letter) => used.includes(letter)),
  }
}

function reorder(x: Tensor, from: readonly string[], to: readonly string[]): Tensor {
  const axes = to.map((letter) => from.indexOf(letter))
  return axes.every((axis, i) => axis === i) ? x : transpose(x, axes)
}

/** Letters of both operands and the result are a batch, letters of both alone are contracted, the rest are rows and columns. */
function contract(a: Term, b: Term, result: readonly string[], sizes: ReadonlyMap<string, number>): Tensor {
  const both = a.letters.filter((letter) => b.letters.includes(letter))
  const batch = both.filter((letter) => result.includes(letter))
  const inner = both.filter((letter) => !result.includes(letter))
  const rows = a.letters.filter((letter) => !both.includes(letter))
  const columns = b.letters.filter((letter) => !both.includes(letter))
  const lengths = (letters: readonly string[]): number[] => letters.map((letter) => sizes.get(letter)!)
  const [leads, m, k, n] = [
    lengths(batch),
    ...[rows, inner, columns].map((list) => sizeOf(lengths(list))),
  ] as [number[], number, number, number]
  const lead = leads.length === 0 ? [] : [sizeOf(leads)]
  const left = reshape(reorder(a.x, a.letters, [...batch, ...rows, ...inner]), [...lead, m, k])
  const right = reshape(reorder(b.x, b.letters, [...batch, ...inner, ...columns]), [...lead, k, n])
  const product = inner.length === 0 ? mul(left, right) : matmul(left, right)
  const order = [...batch, ...rows, ...columns]
  return reorder(reshape(product, lengths(order)), order, result)
}
