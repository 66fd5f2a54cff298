import { expect, test } from 'vitest'
import { minus, prose } from '../../src/report/typeset.ts'

test.each([
  ['of order d^(-1/2)', 'of order d<sup>−1/2</sup>'],
  ['d = m = 10^6 and 2^-53', 'd = m = 10<sup>6</sup> and 2<sup>−53</sup>'],
  ['w_j ~ N(0, I_d/d)', 'w<sub>j</sub> ~ N(0, I<sub>d</sub>/d)'],
  ['snake_case and a_long name stay', 'snake_case and a_long name stay'],
  ['Montanari-Wu, size-1 and d-1', 'Montanari-Wu, size-1 and d-1'],
  ['[-0.5, -1e-6]', '[−0.5, −1e−6]'],
  ['x^(<script>)', 'x<sup>&lt;script&gt;</sup>'],
])('%s', (text, set) => {
  expect(prose(text).html).toBe(set)
})

test('a minus sign stands before numbers only', () => {
  expect(minus('-0.5 [-0.5, -∞] a-1 x - 1')).toBe('−0.5 [−0.5, −∞] a-1 x - 1')
})
