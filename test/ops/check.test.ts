import { expect, test } from 'vitest'
import { allocate } from '../../src/array/index.ts'
import {
  checkGrad,
  cos,
  exp,
  host,
  matmul,
  mul,
  neg,
  sign,
  sin,
  square,
  sum,
  tanh,
  tensor,
  transpose,
  type HostOptions,
  type Tensor,
} from '../../src/index.ts'

/** Elementwise sine on the host, with rules to be spoiled. */
function hostSine(rules: Pick<HostOptions, 'vjp' | 'jvp'>): (x: Tensor) => Tensor {
  return host({ name: 'hostSine', type: ([x]) => x!, call: ([x]) => sin(x!).storage(), ...rules })
}
/** A fixed matrix times a vector on the host. */
const A = tensor([
  [1, 2, -1],
  [0.5, -1, 3],
  [2, 0, 1],
])
function hostProduct(rules: Pick<HostOptions, 'vjp' | 'jvp'>): (x: Tensor) => Tensor {
  return host({ name: 'hostProduct', type: ([x]) => x!, call: ([x]) => matmul(A, x!).storage(), ...rules })
}
const sine = { vjp: share, jvp: share }
function share(_: number, direction: Tensor, { inputs: [x] }: { inputs: readonly Tensor[] }): Tensor {
  return mul(direction, cos(x!))
}
const product = {
  vjp: (_: number, c: Tensor) => matmul(transpose(A), c),
  jvp: (_: number, t: Tensor) => matmul(A, t),
}
const x = tensor([0.4, -1.1, 0.7])

test('right rules pass in every mode', () => {
  for (const f of [hostSine(sine), hostProduct(product)]) {
    const { passed, checks } = checkGrad(f, x)
    expect(checks.filter(({ status }) => status === 'failed')).toEqual([])
    expect(passed).toBe(true)
    expect(checks.map(({ mode }) => mode)).toEqual([
      'value',
      'batch',
      'jvp',
      'vjp',
      'adjoint',
      'hvp',
      'symmetry',
    ])
  }
})

const ofInput = (use: { inputs: readonly Tensor[] }): Tensor => use.inputs[0]!
const planted: [fault: string, f: (x: Tensor) => Tensor, at?: Tensor][] = [
  ['a missing factor in vjp', hostSine({ ...sine, vjp: (_, c) => c })],
  ['a missing factor in jvp', hostSine({ ...sine, jvp: (_, t) => t })],
  ['a wrong sign', hostSine({ ...sine, vjp: (i, c, use) => neg(share(i, c, use)) })],
  ['a factor of two', hostSine({ ...sine, vjp: (i, c, use) => mul(share(i, c, use), 2) })],
  ['the value instead of the slope', hostSine({ ...sine, jvp: (_, t, use) => mul(t, sin(ofInput(use))) })],
  ['a transposed matrix in vjp', hostProduct({ ...product, vjp: (_, c) => matmul(A, c) })],
  ['a transposed matrix in jvp', hostProduct({ ...product, jvp: (_, t) => matmul(transpose(A), t) })],
  [
    'a lost element',
    hostProduct({ ...product, vjp: (_, c) => mul(matmul(transpose(A), c), tensor([1, 1, 0])) }),
  ],
  [
    'a broadcast sum forgotten',
    host({
      name: 'shift',
      type: ([a]) => a!,
      call: ([a, b]) => mul(a!, b!).storage(),
      vjp: (i, c, { inputs: [a, b] }) => (i === 0 ? mul(c, b!) : mul(sum(mul(c, a!)), 1 / 3)),
    }).bind(null, x),
    tensor(2),
  ],
  [
    'a slope that is right but itself has the wrong slope',
    hostSine({
      vjp: (_, c, use) => mul(c, frozenCosine(ofInput(use))),
      jvp: (_, t, use) => mul(t, frozenCosine(ofInput(use))),
    }),
  ],
]
const frozenCosine = host({
  name: 'frozenCosine',
  type: ([a]) => a!,
  call: ([a]) => cos(a!).storage(),
  vjp: (_, c) => mul(c, 0),
  jvp: (_, t) => mul(t, 0),
})

test('there are ten planted faults', () => {
  expect(planted).toHaveLength(10)
})

test.each(planted)('catches %s', (_, f, at = x) => {
  expect(checkGrad(f, at).passed).toBe(false)
})

test('a value that is not finite, or not the same twice, fails', () => {
  let calls = 0
  const unsteady = host({
    name: 'unsteady',
    type: ([a]) => a!,
    call: () => allocate('f64', 1).fill(calls++),
    vjp: (_, c) => c,
  })
  expect(checkGrad(unsteady, tensor(1)).checks[0]).toMatchObject({ mode: 'value', status: 'failed' })
  expect(checkGrad((y) => exp(mul(y, 1000)), tensor(1)).passed).toBe(false)
})

test('a mode that is not given is refused, not failed', () => {
  const reverseOnly = hostSine({ vjp: sine.vjp })
  const { passed, checks } = checkGrad(reverseOnly, x)
  expect(passed).toBe(true)
  expect(checks.find(({ mode }) => mode === 'jvp')!.status).toBe('refused')
  expect(checks.find(({ mode }) => mode === 'vjp')!.status).toBe('passed')
})

test('functions of several arguments and of piecewise constants pass away from kinks', () => {
  expect(checkGrad((a, b) => tanh(mul(a, sum(b))), x, tensor([[0.1], [0.3]])).passed).toBe(true)
  expect(checkGrad((a) => mul(sign(a), square(a)), x).passed).toBe(true)
})

test('a rule that gives another shape fails by name', () => {
  const f = hostSine({ ...sine, vjp: (_, c) => sum(c) })
  const failed = checkGrad(f, x).checks.filter(({ status }) => status === 'failed')
  expect(failed.map(({ mode }) => mode)).toContain('vjp')
})
