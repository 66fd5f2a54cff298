import { tensor, type Tensor } from '../../src/array/index.ts'
import { singleGradientStep } from '../../src/attacks/index.ts'
import { activations, sampleStepLaw, twoLayer, type Model } from '../../src/nets/index.ts'
import { valueAndGrad } from '../../src/ops/index.ts'
import { sphere, type Stream } from '../../src/random/index.ts'
import type { StepCell } from './cells.ts'

/**
 * `flip1` … `flip3`: a step of 1, 2, 3 sigma changes the sign; `after2`: sign(f(x))·f(x′) at 2 sigma;
 * `relativeStep`: the length of the smallest flipping step over ‖x‖, infinite when there is none;
 * `starFlip2`, `starAfter2`: the same of a draw of (★).
 */
export type StepMeasurement = Readonly<
  Record<'value' | 'gradientNorm', number> &
    Partial<
      Record<'flip1' | 'flip2' | 'flip3' | 'after2' | 'relativeStep' | 'starFlip2' | 'starAfter2', number>
    >
>

/** A model with its values along rays. */
export type RayModel = Model & Required<Pick<Model, 'along'>>

/** One network, one point, one step. */
export function stepExperiment(cell: StepCell, source: Stream): Promise<StepMeasurement> {
  const network = twoLayer({ ...cell, activation: activations[cell.activation] }, source.child('network'))
  return measureStep(cell, network, source)
}

/** What the cell measures, on the network given. */
export async function measureStep(
  cell: StepCell,
  network: RayModel,
  source: Stream,
): Promise<StepMeasurement> {
  const { inputs, measures } = cell
  const ones = tensor(new Float64Array(inputs).fill(1))
  const x = cell.point === 'fixed' ? ones : chosenPoint(network, ones)
  const { value: f, gradient } = valueAndGrad(network)(x)
  const value = f.item()
  const gradientNorm = length(gradient)
  return {
    ...{ value, gradientNorm },
    ...(measures.includes('flips') ? flips(cell, network, x, value, gradient, source) : {}),
    ...(measures.includes('smallest') ? await smallest(network, x) : {}),
    ...(measures.includes('star') ? star(cell, source.child('star')) : {}),
  }
}

/** √d ∇f/‖∇f‖ at the given point: it depends on the weights. */
function chosenPoint(network: RayModel, x: Tensor): Tensor {
  const { gradient } = valueAndGrad(network)(x)
  const scale = length(x) / length(gradient)
  return tensor(gradient.storage().map((g) => scale * g))
}

function flips(
  cell: StepCell,
  network: RayModel,
  x: Tensor,
  value: number,
  gradient: Tensor,
  source: Stream,
) {
  const sign = Math.sign(value)
  const turn = cell.direction === 'along' ? sign : -sign
  const direction =
    cell.direction === 'random'
      ? sphere(source.child('direction'), cell.inputs, length(gradient))
      : gradient.storage().map((g) => turn * g)
  const ray = network.along(x, tensor(direction))
  const [after1, after2, after3] = [1, 2, 3].map((k) => sign * ray(k * cell.sigmaStep))
  return { flip1: flipped(after1!), flip2: flipped(after2!), flip3: flipped(after3!), after2: after2! }
}

async function smallest(network: RayModel, x: Tensor): Promise<{ relativeStep: number }> {
  const { found, status, norm } = await singleGradientStep(network, x)
  if (status === 'unresolved') return { relativeStep: NaN }
  return { relativeStep: found ? norm / length(x) : Infinity }
}

function star({ inputs, starWidth: width, activation, output, sigmaStep }: StepCell, source: Stream) {
  const options = { inputs, width, activation: activations[activation], output, steps: [2 * sigmaStep] }
  const { value, stepped } = sampleStepLaw(options, source)
  const after = Math.sign(value) * stepped[0]!
  return { starFlip2: flipped(after), starAfter2: after }
}

/** 1 when the sign has changed; zero is not a flip, and what is no number is none. */
function flipped(after: number): number {
  return Number.isNaN(after) ? NaN : after < 0 ? 1 : 0
}

function length(x: Tensor): number {
  let squares = 0
  for (const entry of x.storage()) squares += entry * entry
  return Math.sqrt(squares)
}
