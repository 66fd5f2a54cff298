import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkGrad, einsum, matmul, outer, sum, tensor, transpose, type Tensor } from '../../src/index.ts'
import { roundoff, sizeOf } from '../../src/array/index.ts'

/** The sum by its definition: a loop over every value of every letter, and the same of absolute values. */
function loops(formula: string, operands: readonly Tensor[]): { value: number[]; size: number[] } {
  const [left, result] = formula.split('->') as [string, string]
  const terms = left.split(',')
  const sizes = new Map<string, number>()
  terms.forEach((term, i) =>
    [...term].forEach((letter, axis) => sizes.set(letter, operands[i]!.shape[axis]!)),
  )
  const letters = [...sizes.keys()]
  const shape = [...result].map((letter) => sizes.get(letter)!)
  const value = new Array<number>(sizeOf(shape)).fill(0)
  const size = [...value]
  const at = new Map<string, number>()
  const address = (term: string): number =>
    [...term].reduce((sum, letter) => sum * sizes.get(letter)! + at.get(letter)!, 0)
  const walk = (depth: number): void => {
    if (depth === letters.length) {
      const product = terms.reduce((p, term, i) => p * operands[i]!.data[address(term)]!, 1)
      value[address(result)]! += product
      size[address(result)]! += Math.abs(product)
      return
    }
    for (let i = 0; i < sizes.get(letters[depth]!)!; i++) {
      at.set(letters[depth]!, i)
      walk(depth + 1)
    }
  }
  walk(0)
  return { value, size }
}

const letters = ['a', 'b', 'c', 'd', 'e']
const term = fc.shuffledSubarray(letters, { maxLength: 4 })

interface Call {
  formula: string
  operands: Tensor[]
}
const call: fc.Arbitrary<Call> = fc
  .tuple(
    fc.array(term, { minLength: 1, maxLength: 2 }),
    fc.shuffledSubarray(letters),
    fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }),
    fc.infiniteStream(fc.double({ min: -2, max: 2, noNaN: true })),
  )
  .map(([terms, wanted, sizes, numbers]) => {
    const result = wanted.filter((letter) => terms.flat().includes(letter))
    const operands = terms.map((list) => {
      const shape = list.map((letter) => sizes[letters.indexOf(letter)]!)
      return tensor(
        Array.from({ length: sizeOf(shape) }, () => numbers.next().value as number),
        shape,
      )
    })
    return { formula: `${terms.map((list) => list.join('')).join(',')}->${result.join('')}`, operands }
  })

test('every formula of one or two operands is its nested loops', () => {
  fc.assert(
    fc.property(call, ({ formula, operands }) => {
      const { value, size } = loops(formula, operands)
      const got = einsum(formula, operands[0]!, operands[1])
      expect(got.size).toBe(value.length)
      value.forEach((v, i) =>
        expect(Math.abs(got.data[i]! - v)).toBeLessThanOrEqual(512 * roundoff('f64') * size[i]!),
      )
    }),
    { numRuns: 500 },
  )
})

const a = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const b = tensor([
  [1, 0, 2],
  [-1, 3, 1],
])

test('familiar products by their formulas', () => {
  expect(einsum('ij,kj->ik', a, b).toArray()).toEqual(matmul(a, transpose(b)).toArray())
  expect(einsum('ij -> ji', a).toArray()).toEqual(transpose(a).toArray())
  expect(einsum('ij->', a).item()).toBe(sum(a).item())
  expect(einsum('ij,ij->', a, b).item()).toBe(1 + 0 + 6 - 4 + 15 + 6)
  expect(einsum('i,j->ij', tensor([1, 2]), tensor([3, 4, 5])).toArray()).toEqual([
    [3, 4, 5],
    [6, 8, 10],
  ])
  expect(outer(tensor([1, 2]), tensor([3, 4, 5])).toArray()).toEqual([
    [3, 4, 5],
    [6, 8, 10],
  ])
  expect(einsum(',->', tensor(2), tensor(3)).item()).toBe(6)
})

test.each([
  ['ij,jk->ik', [2, 3], [3, 2]],
  ['bij,bkj->bik', [2, 2, 3], [2, 1, 3]],
  ['ij,ik->ji', [2, 3], [2, 2]],
  ['ij,ij->ij', [2, 3], [2, 3]],
] as [string, number[], number[]][])('the derivatives of %s', (formula, left, right) => {
  const [x, y] = [left, right].map((shape, i) =>
    tensor(
      Array.from({ length: sizeOf(shape) }, (_, k) => ((k * 5 + i) % 7) / 4 - 0.8),
      shape,
    ),
  ) as [Tensor, Tensor]
  const { checks } = checkGrad((p, q) => einsum(formula, p, q), x, y)
  expect(checks.filter(({ status }) => status !== 'passed')).toEqual([])
})

test.each<[string, () => unknown, RegExp]>([
  [
    'no arrow',
    () => einsum('ij,jk', a, b),
    /^einsum: expected letters, commas and one ->, got 'ij,jk'\nhint: /,
  ],
  ['dots', () => einsum('...i->i', a), /^einsum: expected letters, commas and one ->/],
  [
    'a diagonal',
    () => einsum('ii->', a),
    /^einsum: expected every letter once in 'ii', got i twice\nhint: .*identity/,
  ],
  [
    'a repeated result',
    () => einsum('ij->ii', a),
    /^einsum: expected every letter once in 'ii', got i twice/,
  ],
  ['a missing operand', () => einsum('ij,jk->ik', a), /^einsum: expected 2 operands for 'ij,jk->ik', got 1/],
  [
    'three operands',
    () => (einsum as (...xs: unknown[]) => Tensor)('i,i,i->', a, b, a),
    /^einsum: expected one or two operands.*\nhint: contract two/,
  ],
  [
    'a letter from nowhere',
    () => einsum('ij->k', a),
    /^einsum: expected letters of the operands in the result, got k/,
  ],
  [
    'too few letters',
    () => einsum('i->i', a),
    /^einsum: expected 1 axes for 'i' of 'i->i', got shape \[2,3\]/,
  ],
  [
    'sizes that differ',
    () => einsum('ij,jk->ik', a, b),
    /^einsum: expected one size for j in 'ij,jk->ik', got 3 and 2/,
  ],
  [
    'labels',
    () => einsum('i->', tensor([1], [1], 'i32')),
    /^einsum: expected f64 or f32, got i32\nhint: cast/,
  ],
  [
    'mixed precisions',
    () =>
      einsum(
        'ij,ij->',
        a,
        tensor(
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
          undefined,
          'f32',
        ),
      ),
    /^einsum: expected operands of one dtype, got f64 and f32/,
  ],
  ['matrices for outer', () => outer(a, b), /^outer: expected two vectors, got \[2,3\] and \[2,3\]/],
])('a mistake with %s gets an answer', (_, run, message) => {
  expect(run).toThrow(message)
})
