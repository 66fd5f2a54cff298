import { expect, test } from 'vitest'
import * as g from '../../src/index.ts'
import { tensor, type Tensor } from '../../src/index.ts'
import { activations, sampleStepLaw, twoLayer } from '../../src/nets/index.ts'
import { singleGradientStep } from '../../src/attacks/index.ts'
import { deferredGaussian, applyDeferred, stream } from '../../src/random/index.ts'

const loose = (x: unknown): never => x as never
const v = tensor([1, 2, 3])
const labels = tensor([0, 1], undefined, 'i32')
const net = twoLayer({ inputs: 3, width: 4, activation: activations.tanh }, stream(1))

/** Mistakes that people make, and the message that each must get: what was expected, what came, and the fix where one is known. */
const mistakes: [mistake: string, run: () => unknown, message: RegExp][] = [
  [
    'a ragged nested array',
    () => tensor([[1, 2], [3]]),
    /^tensor: expected rows of equal length, got a ragged/,
  ],
  [
    'data that does not fill the shape',
    () => tensor([1, 2, 3], [2, 2]),
    /^tensor: expected 4 numbers for shape \[2,2\], got 3/,
  ],
  ['a string among the numbers', () => tensor(loose([1, '2'])), /^tensor: expected numbers, got string/],
  [
    'an unknown dtype',
    () => tensor([1], [1], loose('float32')),
    /^tensor: expected dtype f64, f32 or i32, got float32/,
  ],
  ['fractions as labels', () => tensor([0.5], [1], 'i32'), /^tensor: expected 32-bit integers .*, got 0\.5/],
  [
    'a negative size',
    () => g.reshape(v, [-2, 3]),
    /^reshape: expected a shape of nonnegative integers, got \[-2,3\]/,
  ],
  [
    'shapes that do not broadcast',
    () => g.add(v, tensor([1, 2])),
    /^add: expected shapes that broadcast, got \[3\] and \[2\]/,
  ],
  [
    'inner sizes that differ',
    () => g.matmul(tensor([[1, 2]]), tensor([[1, 2]])),
    /^matmul: expected \[m,k\]·\[k,n\].*, got \[1,2\] · \[1,2\]/,
  ],
  ['a scalar in a matrix product', () => g.matmul(tensor(1), v), /^matmul: expected at least two axes/],
  [
    'a plain array where a tensor belongs',
    () => g.sin(loose([1, 2])),
    /^sin: expected tensors or numbers, got an array\nhint: .*tensor/,
  ],
  [
    'a missing await',
    () => g.sin(loose(Promise.resolve(v))),
    /^sin: expected .*, got a promise\nhint: await it/,
  ],
  ['a missing operand', () => (g.add as (...xs: Tensor[]) => Tensor)(v), /^add: expected 2 operands, got 1/],
  [
    'mixed precisions',
    () => g.mul(v, tensor([1, 2, 3], [3], 'f32')),
    /^mul: expected operands of one dtype, got f64 and f32\nhint: cast/,
  ],
  ['arithmetic on labels', () => g.sin(labels), /^sin: expected f64 or f32, got i32\nhint: cast/],
  [
    'a fraction beside labels',
    () => g.less(labels, 0.5),
    /^less: expected 32-bit integers beside i32, got 0\.5/,
  ],
  [
    'the gradient of a vector',
    () => g.grad((x: Tensor) => g.sin(x))(v),
    /^grad: expected .* scalar value, got shape \[3\]\nhint: sum it, or use vjp/,
  ],
  [
    'the gradient with respect to labels',
    () => g.grad((x: Tensor) => g.sum(g.cast(x, 'f64')))(labels),
    /^grad: expected f64 or f32 .*, got i32/,
  ],
  ['the gradient of a value', () => g.grad(loose(v))(v), /^grad: expected a function, got object/],
  [
    'a number from a recorded function',
    () => g.grad(loose(() => 3))(v),
    /^record: expected tensors, or arrays and objects of tensors, got number/,
  ],
  [
    'a cotangent of another shape',
    () => g.vjp((x: Tensor) => g.sum(x), v).pullback(v),
    /^vjp: expected a cotangent like f64\[\], got f64\[3\]/,
  ],
  [
    'a direction of another shape',
    () => g.jvp((x: Tensor) => g.sin(x), v, tensor(1)),
    /^jvp: expected a direction like f64\[3\], got f64\[\]/,
  ],
  ['an axis that is not there', () => g.sum(v, 1), /^sum: expected distinct axes of a rank-1 tensor, got 1/],
  ['one element out of many', () => v.item(), /^item: expected one element, got shape \[3\]/],
  ['the largest of nothing', () => g.max(tensor([])), /^max: expected nonempty axes/],
  ['an input of the wrong length', () => net(tensor([1, 2])), /^matmul: expected .* got \[4,3\] · \[2,1\]/],
  [
    'a deferred matrix asked about another length',
    () => applyDeferred(deferredGaussian(stream(1), 2, 3), tensor([1, 2])),
    /^deferredApply: expected f64\[3\], got f64\[2\]/,
  ],
  [
    'a law in one dimension',
    () => sampleStepLaw({ inputs: 1, width: 3, activation: activations.tanh, steps: [] }, stream(1)),
    /^sampleStepLaw: expected at least 2 inputs, got 1/,
  ],
]

test('there are at least twenty', () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(20)
})

test.each(mistakes)('%s', (_, run, message) => {
  expect(run).toThrow(message)
})

test('an attack refuses coordinates that are not finite, and single precision, by name', async () => {
  await expect(singleGradientStep(net, tensor([1, NaN, 0]))).rejects.toThrow(
    /^singleGradientStep: expected finite coordinates, got NaN at 1/,
  )
  await expect(singleGradientStep(net, tensor([1, 2, 3], [3], 'f32'))).rejects.toThrow(
    /^singleGradientStep: expected an f64 tensor, got f32/,
  )
})
