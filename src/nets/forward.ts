import { showShape, type Tensor } from '../array/index.ts'
import { add, averagePool2d, conv2d, matmul, maxPool2d, mul, reshape } from '../ops/index.ts'
import { activations } from './activations.ts'
import type { Architecture, Conv, Layer, Linear, Parameters } from './architecture.ts'
import type { Model } from './model.ts'

/**
 * A network's outputs for a batch: x [batch, ...input] → [batch, ...output], in the dtype of x and the parameters.
 * Errors: RangeError for samples of another shape; TypeError from the operations for mixed dtypes.
 */
export function forward(architecture: Architecture, parameters: Parameters, x: Tensor): Tensor {
  checkBatch(architecture, x)
  return through(architecture.layers, parameters, x)
}

/** The input of the last linear layer, [batch, width]: the features whose Gram matrix is the conjugate kernel. */
export function features(architecture: Architecture, parameters: Parameters, x: Tensor): Tensor {
  checkBatch(architecture, x)
  const { layers, name } = architecture
  const last = layers.map(({ kind }) => kind).lastIndexOf('linear')
  if (last < 0) throw new RangeError(`${name}: expected a linear layer, got none`)
  return through(layers.slice(0, last), parameters, x)
}

/** What attacks attack: one sample of shape `input` to K logits [K], or to a scalar for a network of one output. */
export function networkModel(architecture: Architecture, parameters: Parameters): Model {
  return (x) => {
    const y = forward(architecture, parameters, reshape(x, [1, ...x.shape]))
    return reshape(y, y.shape[1] === 1 ? [] : y.shape.slice(1))
  }
}

function checkBatch({ name, input }: Architecture, x: Tensor): void {
  if (showShape(x.shape.slice(1)) !== showShape(input))
    throw new RangeError(
      `${name}: expected a batch of samples ${showShape(input)}, got ${showShape(x.shape)}` +
        (showShape(x.shape) === showShape(input) ? '\nhint: reshape(x, [1, ...x.shape])' : ''),
    )
}

function through(layers: readonly Layer[], parameters: Parameters, x: Tensor): Tensor {
  return layers.reduce((h, layer) => applied(layer, parameters, h), x)
}

function applied(layer: Layer, parameters: Parameters, h: Tensor): Tensor {
  switch (layer.kind) {
    case 'linear': {
      const y = matmul(h, parameters[`${layer.name}.weight`]!, { transposeB: true })
      return finished(layer, parameters, y, [])
    }
    case 'conv': {
      const { stride, padding } = layer
      const y = conv2d(h, parameters[`${layer.name}.weight`]!, { stride, padding })
      return finished(layer, parameters, y, [1, 1])
    }
    case 'activation':
      return activations[layer.activation].apply(h)
    case 'maxPool':
      return maxPool2d(h, layer.size, { stride: layer.stride })
    case 'averagePool':
      return averagePool2d(h, layer.size, { stride: layer.stride })
    case 'flatten':
      return reshape(h, [h.shape[0]!, h.shape.slice(1).reduce((size, n) => size * n, 1)])
    case 'residual':
      return add(through(layer.shortcut ?? [], parameters, h), through(layer.layers, parameters, h))
  }
}

/** The gain, then the bias, over the axes after the channels. */
function finished(
  { name, bias, gain = 1 }: Linear | Conv,
  parameters: Parameters,
  y: Tensor,
  after: readonly number[],
): Tensor {
  const scaled = gain === 1 ? y : mul(y, gain)
  if (!bias) return scaled
  const b = parameters[`${name}.bias`]!
  return add(scaled, after.length === 0 ? b : reshape(b, [b.shape[0]!, ...after]))
}
