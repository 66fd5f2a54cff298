import { expect, test } from 'vitest'
import { tensor, type Tensor } from '../../src/array/index.ts'
import { activations, twoLayer, type Model } from '../../src/nets/index.ts'
import { add, dot, matmul, mul, sub } from '../../src/ops/index.ts'
import { normal, rademacher, stream, type Stream } from '../../src/random/index.ts'
import type { Claim } from '../../proofs-check/claim.ts'
import type { Verdict } from '../../proofs-check/result.ts'
import { verify } from '../../proofs-check/run.ts'
import { singleGradientStep as claim } from '../../proofs-check/single-gradient-step.ts'
import type { StepCell } from '../../proofs-check/single-gradient-step/cells.ts'
import { measureStep, type RayModel } from '../../proofs-check/single-gradient-step/experiment.ts'

/** The predictions about small cells that a sabotage must not get past, cheapest first. */
const kept = ['star/relu/16x64/dense', 'law/relu/16x64/dense', 'star/tanh/16/dense'].map((wanted) =>
  claim.predictions.find(({ id }) => id === wanted)!,
)
const wrongWidth = claim.controls.find(({ id }) => id === 'star-wrong-width')!

type Network = (cell: StepCell, source: Stream) => RayModel

/** The conjunction of the predictions at margins half as wide again, up to the first that is not supported. */
const verdictOf = async (network?: Network): Promise<Verdict> => {
  const experiment = (cell: StepCell, source: Stream) =>
    measureStep(cell, network!(cell, source.child('network')), source)
  for (const prediction of kept) {
    const small = {
      ...{ ...claim, ...(network ? { experiment } : {}), figures: () => [] },
      weight: 1,
      predictions: [
        { ...prediction, weight: 0.5, cap: 5000, margin: 1.5 * (prediction as { margin: number }).margin },
      ],
      controls: [{ ...wrongWidth, predicts: prediction.id, weight: 0.5 }],
    } as unknown as Claim
    const { claims } = await verify([small], { seed: 11, budget: 'quick' })
    if (claims[0]!.verdict !== 'supported') return claims[0]!.verdict
  }
  return 'supported'
}

const honest: Network = (cell, source) =>
  twoLayer({ ...cell, activation: activations[cell.activation] }, source)

/** Any function of x, evaluated anew at every point of a ray. */
const model = (f: Model): RayModel => {
  const along = (x: Tensor, v: Tensor) => (t: number) => f(add(x, mul(v, t))).item()
  return Object.assign((x: Tensor) => f(x), { along })
}

const matrix = (source: Stream, rows: number, columns: number, deviation: number): Tensor =>
  tensor(
    normal(source, rows * columns).map((z) => z * deviation),
    [rows, columns],
  )

/** f(x) = m^(-1/2) Σ a_j σ(⟨w_j, x⟩) with weights of one's own. */
const withWeights =
  (make: (cell: StepCell, source: Stream) => Tensor): Network =>
  (cell, source) => {
    const w = make(cell, source)
    const a = tensor(rademacher(source.child('output'), cell.width))
    const { apply } = activations[cell.activation]
    return model((x) => mul(dot(a, apply(matmul(w, x))), 1 / Math.sqrt(cell.width)))
  }

const plain = (source: Stream, { width, inputs }: StepCell): Tensor =>
  matrix(source.child('hidden'), width, inputs, 1 / Math.sqrt(inputs))

/** The honest network whose gradient is another function's; its values stay its own. */
const withGradientOf =
  (other: Network): Network =>
  (cell, source) => {
    const network = honest(cell, source)
    const decoy = other(cell, source)
    const ones = tensor(new Float64Array(cell.inputs).fill(1))
    const gap = network(ones).item() - decoy(ones).item()
    return Object.assign((x: Tensor) => add(decoy(x), gap), { along: network.along })
  }

const scaled =
  (network: Network, factor: number): Network =>
  (cell, source) => {
    const f = network(cell, source)
    return model((x) => mul(f(x), factor))
  }

const sabotages: Record<string, Network> = {
  'scale 1/m in place of 1/√m': (cell, source) =>
    twoLayer({ ...cell, activation: activations[cell.activation], scaling: 'mean-field' }, source),
  'a frozen layer: the hidden units do not see x move': (cell, source) => {
    const network = honest(cell, source)
    const ones = tensor(new Float64Array(cell.inputs).fill(1))
    return model((x) => add(network(ones), mul(sub(dot(x, x), dot(x, x)), 1)))
  },
  'a step function as activation': (cell, source) =>
    twoLayer({ ...cell, activation: activations.heaviside }, source),
  'W of rank one': withWeights((cell, source) => {
    const u = normal(source.child('u'), cell.width)
    const v = normal(source.child('v'), cell.inputs)
    const entries = Array.from(u).flatMap((ui) => Array.from(v, (vi) => (ui * vi) / Math.sqrt(cell.inputs)))
    return tensor(Float64Array.from(entries), [cell.width, cell.inputs])
  }),
  'a layer too many': (cell, source) => {
    const [w, second] = [
      plain(source, cell),
      matrix(source.child('second'), cell.width, cell.width, 1 / Math.sqrt(cell.width)),
    ]
    const a = tensor(rademacher(source.child('output'), cell.width))
    const { apply } = activations[cell.activation]
    return model((x) => mul(dot(a, apply(matmul(second, apply(matmul(w, x))))), 1 / Math.sqrt(cell.width)))
  },
  'a factor 1/√2 dropped from the gradient': withGradientOf(scaled(honest, Math.SQRT2 / 2)),
  'σ′ dropped from the gradient': withGradientOf((cell, source) =>
    twoLayer({ ...cell, activation: activations.identity }, source),
  ),
  'the gradient of another network': withGradientOf((cell, source) => honest(cell, source.child('another'))),
  'a gradient of the wrong sign': withGradientOf(scaled(honest, -1)),
  'weights with a mean': withWeights((cell, source) => add(plain(source, cell), 1 / Math.sqrt(cell.inputs))),
  '40% less variance of the weights': withWeights((cell, source) => mul(plain(source, cell), Math.sqrt(0.6))),
  'output weights that are not centred': (cell, source) =>
    twoLayer({ ...cell, activation: activations[cell.activation], output: 'half-normal' }, source),
}

test('without a sabotage the small cells support the claim', { timeout: 240_000 }, async () => {
  expect(await verdictOf()).toBe('supported')
  expect(await verdictOf(withWeights((cell, source) => plain(source, cell)))).toBe('supported')
})

for (const [name, network] of Object.entries(sabotages))
  test(`${name}: never supported`, async () => {
    const seen = await measureStep(
      claim.cells.find(({ id }) => id === 'tanh/16/dense')!,
      network(claim.cells[1]!, stream(1)),
      stream(2),
    )
    expect(seen.value).not.toBeNaN()
    expect(['refuted', 'undecided']).toContain(await verdictOf(network))
  })
