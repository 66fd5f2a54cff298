import { expect, test } from 'vitest'
import { tensor, Tensor } from '../../src/array/index.ts'
import { xor } from '../../src/data/index.ts'
import { cholesky, eigh, eigsh, slq } from '../../src/linalg/index.ts'
import { log } from '../../src/math/index.ts'
import {
  features,
  flattened,
  forward,
  initialise,
  lenet,
  losses,
  mlp,
  networkModel,
  unflattened,
  type ActivationName,
  type Architecture,
} from '../../src/nets/index.ts'
import { hessian, jacobian, matmul } from '../../src/ops/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { slopeInterval } from '../../src/stats/index.ts'
import {
  bordered,
  conjugateKernel,
  curvature,
  infiniteWidth,
  jacobianSingularValues,
  mercer,
  ntk,
  ntkOperator,
  schurComplement,
} from '../../src/spectra/index.ts'

const points = (n: number, ...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, n)
  return new Tensor(normal(stream(4, 'points'), size), [n, ...shape], 'f64')
}
const largest = (x: ArrayLike<number>): number => Array.from(x).reduce((m, v) => Math.max(m, Math.abs(v)), 0)
const difference = (a: Tensor, b: Tensor): number => largest(Array.from(a.data, (v, i) => v - b.data[i]!))

const networks: [string, Architecture][] = [
  ['fully connected', mlp({ input: 5, widths: [7, 6], outputs: 3, activation: 'tanh', scaling: 'ntk' })],
  ['convolutional', lenet({ input: [1, 12, 12], classes: 2, activation: 'tanh' })],
]

test.each(networks)(
  '%s: the tangent kernel is JJᵀ, exactly symmetric, positive semidefinite',
  async (_, net) => {
    const parameters = initialise(net, { biasVariance: 0.1 }, stream(1))
    const x = points(5, ...net.input)
    const K = ntk(net, parameters, x)
    const theta = flattened(net, parameters)
    let total: Tensor | undefined
    const outputs = forward(net, parameters, x).shape[1]!
    const J = jacobian((v: Tensor) => forward(net, unflattened(net, v), x))(theta)
    const rows = (k: number): Tensor => {
      const picked = new Float64Array(5 * theta.size)
      for (let i = 0; i < 5; i++)
        picked.set(
          (J.data as Float64Array).slice(
            (i * outputs + k) * theta.size,
            (i * outputs + k + 1) * theta.size,
          ) as never,
          i * theta.size,
        )
      return new Tensor(picked, [5, theta.size], 'f64')
    }
    for (let k = 0; k < outputs; k++) {
      const one = matmul(rows(k), rows(k), { transposeB: true })
      expect(difference(ntk(net, parameters, x, { output: k }), one)).toBeLessThan(1e-12 * largest(one.data))
      total = total
        ? new Tensor(
            Float64Array.from(total.data, (v, i) => v + one.data[i]!),
            [5, 5],
            'f64',
          )
        : one
    }
    expect(difference(K, total!)).toBeLessThan(1e-12 * largest(K.data))
    for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) expect(K.data[5 * i + j]).toBe(K.data[5 * j + i])
    expect(eigh(K).values.data[0]!).toBeGreaterThan(-1e-12 * largest(K.data))
    const operator = ntkOperator(net, parameters, x, { output: 1 })
    const v = normal(stream(2), 5)
    const dense = matmul(ntk(net, parameters, x, { output: 1 }), tensor(v)).data
    Array.from(await operator.apply(v)).forEach((value, i) => {
      expect(Math.abs(value - dense[i]!)).toBeLessThan(1e-11 * largest(dense))
    })
    expect(() => ntk(net, parameters, x, { output: outputs })).toThrow(/an output from 0/)
  },
)

test('the conjugate kernel is the Gram matrix of the features', () => {
  const [, net] = networks[1]!
  const parameters = initialise(net, {}, stream(1))
  const x = points(4, 1, 12, 12)
  const phi = features(net, parameters, x)
  const K = conjugateKernel(net, parameters, x)
  expect(difference(K, matmul(phi, phi, { transposeB: true }))).toBeLessThan(1e-13 * largest(K.data))
})

test.each<[ActivationName, number | undefined]>([
  ['relu', undefined],
  ['erf', 0.3],
  ['leakyRelu', undefined],
  ['abs', 0.1],
  ['tanh', undefined],
])('%s: kernels of finite width tend to the infinite ones like width^(-1/2)', (activation, biasVariance) => {
  const x = points(3, 6)
  const bias = biasVariance !== undefined
  const exact = infiniteWidth(x, { activation, depth: 2, variance: 1.5, ...(bias ? { biasVariance } : {}) })
  const widths = [16, 64, 256]
  const runs = 30
  const errors = { nngp: [] as Float64Array[], ntk: [] as Float64Array[] }
  for (const width of widths) {
    const net = mlp({ input: 6, widths: [width, width], outputs: 1, activation, bias, scaling: 'ntk' })
    const found = Array.from({ length: runs }, (_, seed) => {
      const parameters = initialise(
        net,
        { variance: 1.5, biasVariance: biasVariance ?? 0 },
        stream(seed, width),
      )
      const conjugate = conjugateKernel(net, parameters, x)
      // The covariance of the output given the features.
      const covariance = new Tensor(
        Float64Array.from(conjugate.data, (v) => (1.5 * v) / width + (biasVariance ?? 0)),
        [3, 3],
        'f64',
      )
      return [difference(covariance, exact.nngp), difference(ntk(net, parameters, x), exact.ntk)] as const
    })
    errors.nngp.push(Float64Array.from(found, ([e]) => e))
    errors.ntk.push(Float64Array.from(found, ([, e]) => e))
  }
  for (const [kind, samples] of Object.entries(errors)) {
    const cells = samples.map((values, i) => ({ size: widths[i]!, values }))
    const medians = cells.map(({ values }) => values.slice().sort()[runs / 2]!)
    const slope = (log(medians[2]!) - log(medians[0]!)) / log(16)
    // Thirty networks a width: standard error of the slope about 0.06.
    expect(Math.abs(slope + 0.5), `${kind}: ${slope}`).toBeLessThan(0.3)
    expect(medians[2]!, kind).toBeLessThan(0.35 * largest(exact[kind as 'nngp'].data))
  }
})

test('closed forms are those of quadrature, near parallel and opposite points too', () => {
  const x = tensor([[1, 0.5], [1.0001, 0.5], [-1, -0.5], [0.3, -2]]) // prettier-ignore
  // relu(z) = (z + |z|)/2 and erf have closed forms; tanh and the others are integrated. gelu is checked by its own limit.
  for (const activation of ['relu', 'erf'] as const) {
    const { nngp } = infiniteWidth(x, { activation, depth: 1 })
    for (let i = 0; i < 4; i++) {
      const a = (x.data[2 * i]! ** 2 + x.data[2 * i + 1]! ** 2) / 2
      const moment = activation === 'relu' ? a / 2 : (2 / Math.PI) * Math.asin((2 * a) / (1 + 2 * a))
      expect(nngp.data[5 * i]!).toBeCloseTo(moment, 12)
    }
    const opposite = nngp.data[2]!
    if (activation === 'relu') expect(Math.abs(opposite)).toBeLessThan(1e-12)
    else expect(opposite).toBeCloseTo(-nngp.data[0]!, 12)
  }
  const { nngp, ntk: tangent } = infiniteWidth(x, { activation: 'sin', depth: 1 })
  // E sin(u)sin(v) = e^(-(a+b)/2) sinh(c), E cos(u)cos(v) = e^(-(a+b)/2) cosh(c).
  const [a, b, c] = [0.625, (0.09 + 4) / 2, (0.3 - 1) / 2]
  expect(nngp.data[3]!).toBeCloseTo(Math.exp(-(a + b) / 2) * Math.sinh(c), 10)
  expect(tangent.data[3]!).toBeCloseTo(Math.exp(-(a + b) / 2) * (Math.sinh(c) + c * Math.cosh(c)), 10)
})

test('Mercer eigenvalues add up to the mean diagonal; the Schur complement is a ratio of determinants', () => {
  const [, net] = networks[0]!
  const parameters = initialise(net, { biasVariance: 0.1 }, stream(1))
  const K = ntk(net, parameters, points(6, 5))
  const values = mercer(K)
  expect(Array.from(values)).toEqual(Array.from(values).sort((p, q) => q - p))
  const trace = Array.from({ length: 6 }, (_, i) => K.data[7 * i]!).reduce((s, v) => s + v)
  expect(values.reduce((s, v) => s + v)).toBeCloseTo(trace / 6, 10)
  const five = new Tensor(
    Float64Array.from({ length: 25 }, (_, i) => K.data[6 * Math.floor(i / 5) + (i % 5)]!),
    [5, 5],
    'f64',
  )
  const k = tensor(Array.from({ length: 5 }, (_, i) => K.data[6 * i + 5]!))
  const L = cholesky(K).data[35]!
  expect(schurComplement(five, k, K.data[35]!)).toBeCloseTo(L * L, 8)
  expect(bordered(five, k, K.data[35]!).data).toEqual(K.data)
})

const toy = mlp({ input: 2, widths: [4], outputs: 2, activation: 'tanh' })

test.each(['cross-entropy', 'squared'] as const)(
  '%s: the Hessian’s extreme eigenvalues are the dense one’s',
  async (loss) => {
    const parameters = initialise(toy, { biasVariance: 0.5 }, stream(1))
    const data = xor({ count: 20, seed: 1 })
    const x = new Tensor(Float64Array.from(data.inputs.data), [20, 2], 'f64')
    const targets =
      loss === 'squared'
        ? new Tensor(
            Float64Array.from({ length: 40 }, (_, i) => (data.labels.data[i >> 1] === i % 2 ? 1 : 0)),
            [20, 2],
            'f64',
          )
        : data.labels
    const theta = flattened(toy, parameters)
    const H = hessian((v: Tensor) => losses[loss](forward(toy, unflattened(toy, v), x), targets))(theta)
    const n = theta.size
    const half = Float64Array.from(H.data, (v, i) => (v + H.data[(i % n) * n + Math.floor(i / n)]!) / 2)
    const exact = eigh(new Tensor(half, [n, n], 'f64')).values.data
    const operator = curvature(toy, parameters, data, { kind: 'hessian', loss })
    const { values } = await eigsh(operator, { k: 1, which: 'LA', tol: 1e-12 })
    expect(Math.abs(values.data[0]! - exact[theta.size - 1]!)).toBeLessThan(1e-9)
    const density = await slq(operator, { samples: 64, steps: 22, seed: 1 })
    const mean = density.points.reduce((s, p, i) => s + p * density.weights[i]!, 0)
    const trace = Array.from(exact).reduce((s, v) => s + v, 0) / theta.size
    expect(Math.abs(mean - trace)).toBeLessThan(0.25 * largest(exact))
    // Gauss-Newton has no negative eigenvalue, the Hessian here has.
    const gauss = curvature(toy, parameters, data, { kind: 'gauss-newton', loss })
    const low = await eigsh(gauss, { k: 1, which: 'SA' })
    expect(low.values.data[0]!).toBeGreaterThan(-1e-10)
    expect(exact[0]!).toBeLessThan(-1e-4)
  },
)

test('singular values of the Jacobian of a linear network are those of its matrix', () => {
  const net = mlp({ input: 3, widths: [], outputs: 2 })
  const parameters = initialise(net, {}, stream(1))
  const [s] = jacobianSingularValues(networkModel(net, parameters), tensor([1, 2, 3]))
  const W = parameters['fc1.weight']!
  const gram = eigh(matmul(W, W, { transposeB: true })).values.data
  expect(s! * s!).toBeCloseTo(gram[1]!, 12)
})

test('the rate of both kernels of erf networks is -1/2 within 0.2, at level 10^-6', () => {
  const x = points(3, 6)
  const exact = infiniteWidth(x, { activation: 'erf', depth: 1 })
  const cells = [8, 64, 512].map((width) => {
    const net = mlp({ input: 6, widths: [width], outputs: 1, activation: 'erf', bias: false, scaling: 'ntk' })
    const errors = Array.from({ length: 400 }, (_, seed) => {
      const parameters = initialise(net, {}, stream(seed, 'rate', width))
      const conjugate = conjugateKernel(net, parameters, x).data
      const nngp = conjugate[1]! / width - exact.nngp.data[1]!
      return [Math.abs(nngp), Math.abs(ntk(net, parameters, x).data[1]! - exact.ntk.data[1]!)] as const
    })
    return { width, errors }
  })
  for (const k of [0, 1] as const) {
    const sized = cells.map(({ width, errors }) => ({ size: width, values: errors.map((e) => e[k]) }))
    const { interval, lackOfFit } = slopeInterval(sized, 1e-6, { quantile: 0.8 })
    expect(lackOfFit).toBe(false)
    expect(interval.lower).toBeGreaterThan(-0.7)
    expect(interval.upper).toBeLessThan(-0.3)
  }
})
