import { reshape } from '../ops/index.ts'
import { Tensor } from '../array/index.ts'
import {
  checkParameters,
  outputShape,
  parametersInF64,
  type ActivationName,
  type Architecture,
  type Parameters,
  type TwoLayer,
} from '../nets/index.ts'

/** What certificates look into: a network's layers and numbers, in f64. */
export interface Network {
  readonly architecture: Architecture
  readonly parameters: Parameters
}

/** A network in f64, checked; a dense random two-layer network as one. Errors: as `checkParameters`. */
export function networkOf(op: string, network: Network | TwoLayer): Network {
  if ('options' in network) return fromTwoLayer(op, network)
  checkParameters(network.architecture, network.parameters)
  return { architecture: network.architecture, parameters: parametersInF64(network.parameters) }
}

function fromTwoLayer(op: string, { options, weights, output }: TwoLayer): Network {
  const { inputs, width, activation, bias = 0, scaling = 'ntk' } = options
  if (!weights) throw new TypeError(`${op}: expected a dense network, got deferred weights`)
  const gain = scaling === 'ntk' ? 1 / Math.sqrt(width) : 1 / width
  return {
    architecture: {
      ...{ name: 'two-layer', input: [inputs] },
      layers: [
        { kind: 'linear', name: 'fc1', inputs, outputs: width, bias: false },
        { kind: 'activation', activation: activation.name as ActivationName },
        { kind: 'linear', name: 'fc2', inputs: width, outputs: 1, bias: true, gain },
      ],
    },
    parameters: {
      'fc1.weight': weights,
      'fc2.weight': reshape(output, [1, width]),
      'fc2.bias': new Tensor(Float64Array.of(bias), [1], 'f64'),
    },
  }
}

/** The number of outputs. */
export function outputsOf({ architecture }: Network): number {
  return outputShape(architecture)[0]!
}

/**
 * The rows that decide: margins f_y - f_k as weights of the outputs, one row for every rival; ±1 for one output. `label` is a
 * class number, or ±1.
 */
export function marginRows(op: string, outputs: number, label: number): readonly Float64Array[] {
  const fits =
    outputs === 1 ? Math.abs(label) === 1 : Number.isInteger(label) && label >= 0 && label < outputs
  if (!fits)
    throw new RangeError(
      `${op}: expected a label ${outputs === 1 ? '1 or -1' : `from 0 to ${outputs - 1}`}, got ${label}`,
    )
  if (outputs === 1) return [Float64Array.of(label)]
  return Array.from({ length: outputs }, (_, k) => k)
    .filter((k) => k !== label)
    .map((k) => {
      const row = new Float64Array(outputs)
      row[label] = 1
      row[k] = -1
      return row
    })
}
