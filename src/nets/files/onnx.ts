import { showShape, Tensor } from '../../array/index.ts'
import type { ActivationName } from '../activations.ts'
import {
  checkParameters,
  outputShape,
  weightedLayers,
  type Architecture,
  type Conv,
  type Layer,
  type Linear,
  type Parameters,
} from '../architecture.ts'
import { readGraph, type OnnxGraph, type OnnxNode } from './onnx-graph.ts'
import {
  checkWindows,
  fail,
  joinedBranches,
  layersIn,
  pairOf,
  transposed,
  type Pair,
  type Path,
} from './onnx-parts.ts'
import { shapeNodes, shapeOf } from './onnx-shapes.ts'

/** Nodes that apply one function to every element. */
const elementwise: Readonly<Record<string, ActivationName>> = {
  ...{ Relu: 'relu', Tanh: 'tanh', Sigmoid: 'sigmoid', Softplus: 'softplus', Erf: 'erf', Abs: 'abs' },
  ...{ Sin: 'sin', Cos: 'cos' },
}

const supported =
  'Gemm, MatMul, Add, Conv, BatchNormalization, MaxPool, AveragePool, GlobalAveragePool, Flatten, ' +
  'Reshape, Identity, Dropout, Constant, Transpose, Shape, Pad, LeakyRelu(0.1), ' +
  Object.keys(elementwise).join(', ')

/** More nodes are refused: what an import keeps grows with their square. */
const mostNodes = 4096

/**
 * The feed-forward network of an ONNX model: a chain of the nodes above, with additions of two branches of
 * one value as residual blocks. Numbers as f32; batch normalisation is folded into the layer before it.
 * Errors: RangeError naming the first node that is not supported, and by `fields` for damaged files.
 */
export function readOnnx(bytes: Uint8Array): {
  readonly architecture: Architecture
  readonly parameters: Parameters
} {
  const graph = readGraph(bytes)
  const [input] = graph.inputs
  const [output] = graph.outputs
  if (!input || graph.inputs.length !== 1 || graph.outputs.length !== 1 || output === undefined)
    throw new RangeError(
      `readOnnx: expected one input and one output, got ${graph.inputs.length} and ${graph.outputs.length}`,
    )
  const sample = input.shape.slice(1)
  if (sample.length === 0 || !sample.every((n) => n >= 1))
    throw new RangeError(
      `readOnnx: expected an input of known shape [batch,…], got ${showShape(input.shape)}`,
    )
  if (graph.nodes.length > mostNodes)
    throw new RangeError(`readOnnx: expected at most ${mostNodes} nodes, got ${graph.nodes.length}`)
  const importer = new Importer(graph, input.shape, bytes.length)
  importer.paths.set(input.name, [])
  for (const node of graph.nodes) importer.take(node)
  const layers = importer.paths.get(output)
  if (!layers) throw new RangeError(`readOnnx: expected a node that gives ${output}, got none`)
  const architecture = { name: 'onnx', input: sample, layers }
  const parameters = Object.fromEntries(
    weightedLayers(architecture).flatMap((layer) => {
      const { weight, bias } = importer.numbers.get(layer)!
      const own: [string, Tensor][] = [[`${layer.name}.weight`, weight]]
      return bias ? [...own, [`${layer.name}.bias`, bias] as const] : own
    }),
  )
  checkParameters(architecture, parameters)
  return { architecture, parameters }
}

/** A layer's weights and bias as f32. */
interface Numbers {
  readonly weight: Tensor
  readonly bias: Tensor | undefined
}

class Importer {
  readonly paths = new Map<string, Path>()
  readonly numbers = new Map<Layer, Numbers>()
  readonly #names = new Set<string>()
  readonly #constants: Map<string, Tensor>
  readonly #batch: number
  readonly #input: readonly number[]
  readonly #nodes: number
  /**
   * Numbers that may still be copied. A file has four bytes for each, so that a network's own ones fit often.
   */
  #room: number

  constructor(graph: OnnxGraph, [batch, ...input]: readonly number[], room: number) {
    this.#room = room
    this.#constants = new Map(graph.constants)
    this.#batch = batch!
    this.#input = input
    this.#nodes = graph.nodes.length
  }

  /** Gives the node's output a path or a constant. */
  take(node: OnnxNode): void {
    const { type, inputs, outputs, attributes } = node
    const [output] = outputs
    if (output === undefined) throw fail(node, 'an output', 'none')
    if (this.paths.has(output) || this.#constants.has(output))
      throw fail(node, 'an output of its own', `${output} again`)
    if (type === 'Constant') {
      const value = attributes.get('value')?.tensor
      if (!value) throw fail(node, 'a tensor as value', 'another kind')
      this.#constants.set(output, value)
    } else if (type === 'Identity' && this.#constants.has(inputs[0] ?? '')) {
      this.#constants.set(output, this.#constants.get(inputs[0]!)!)
    } else if (type === 'Transpose' && this.#constants.has(inputs[0] ?? '')) {
      if ((attributes.get('perm')?.integers.join() ?? '1,0') !== '1,0')
        throw fail(node, 'perm = [1,0]', 'another')
      this.#constants.set(output, transposed(this.#within(this.#constant(node, 0, 2))))
    } else if (type === 'Shape' && this.paths.has(inputs[0] ?? '') && attributes.size === 0) {
      const shape = Float64Array.of(0, ...this.#shape(this.paths.get(inputs[0]!)!))
      this.#constants.set(output, new Tensor(shape, [shape.length], 'f64'))
    } else if (shapeNodes.includes(type)) {
      const shape = shapeOf(
        node,
        inputs.map((name) => this.#constants.get(name)),
      )
      if (!shape) throw fail(node, 'sizes of a shape', 'others')
      this.#constants.set(output, shape)
    } else if (type === 'Add' && inputs.length === 2 && inputs.every((name) => this.paths.has(name))) {
      const [a, b] = inputs.map((name) => this.paths.get(name)!) as [Path, Path]
      const path = joinedBranches(a, b)
      // Every layer comes from a node of its own: more layers than nodes repeat some, block within block.
      if (layersIn(path) > this.#nodes) throw fail(node, 'branches that share no layer', 'others')
      this.paths.set(output, path)
    } else {
      const from = type === 'Add' && !this.paths.has(inputs[0] ?? '') ? inputs[1] : inputs[0]
      const path = this.paths.get(from ?? '')
      if (!path) throw fail(node, 'an input that the network computes', String(from))
      this.paths.set(output, this.#extended(node, path))
    }
  }

  #extended(node: OnnxNode, path: Path): Path {
    const { type, attributes } = node
    if (Object.hasOwn(elementwise, type))
      return [...path, { kind: 'activation', activation: elementwise[type]! }]
    switch (type) {
      case 'Identity':
        return path
      case 'Dropout':
        if (node.inputs[2]) throw fail(node, 'evaluation', 'a choice of training')
        return path
      case 'Pad': {
        // PyTorch writes one of nothing before every average pooling.
        const pads = attributes.get('pads')?.integers ?? Array.from(this.#constant(node, 1, 1).data)
        if (pads.some((n) => n !== 0)) throw fail(node, 'no padding', `[${pads.join()}]`)
        return path
      }
      case 'LeakyRelu': {
        const slope = attributes.get('alpha')?.number ?? 0.01
        if (Math.fround(0.1) !== slope) throw fail(node, 'a slope of 0.1', String(slope))
        return [...path, { kind: 'activation', activation: 'leakyRelu' }]
      }
      case 'Gemm':
        return this.#gemm(node, path)
      case 'MatMul': {
        const w = this.#constant(node, 1, 2)
        return this.#linear(node, path, transposed(this.#within(w)), undefined)
      }
      case 'Add':
        return this.#added(node, path)
      case 'Conv':
        return this.#conv(node, path)
      case 'BatchNormalization':
        return this.#normalised(node, path)
      case 'MaxPool':
      case 'AveragePool': {
        checkWindows(node)
        if (attributes.get('pads')?.integers.some((n) => n !== 0)) throw fail(node, 'no padding', 'some')
        if ((attributes.get('ceil_mode')?.integer ?? 0) !== 0) throw fail(node, 'ceil_mode = 0', 'another')
        const size = pairOf(node, 'kernel_shape', undefined)
        const kind = type === 'MaxPool' ? 'maxPool' : 'averagePool'
        return [...path, { kind, size, stride: pairOf(node, 'strides', [1, 1]) }]
      }
      case 'GlobalAveragePool': {
        const [, height, width] = this.#shape(path)
        const size: Pair = [height!, width!]
        return [...path, { kind: 'averagePool', size, stride: size }]
      }
      case 'Flatten':
        if ((attributes.get('axis')?.integer ?? 1) !== 1) throw fail(node, 'axis 1', 'another')
        return this.#flat(path)
      case 'Reshape': {
        const sizes = Array.from(this.#constant(node, 1, 1).data)
        const flat = this.#shape(path).reduce((product, n) => product * n, 1)
        const batches = [0, -1, ...(this.#batch > 0 ? [this.#batch] : [])]
        if (sizes.length !== 2 || !batches.includes(sizes[0]!) || (sizes[1] !== -1 && sizes[1] !== flat))
          throw fail(node, 'a reshape to [batch, all]', `[${sizes.join()}]`)
        return this.#flat(path)
      }
      default:
        throw new RangeError(
          `readOnnx: expected ${supported}, got ${type}${node.name ? ` (${node.name})` : ''}`,
        )
    }
  }

  #shape(path: Path): readonly number[] {
    return outputShape({ name: 'onnx', input: this.#input, layers: path })
  }

  #flat(path: Path): Path {
    return this.#shape(path).length === 1 ? path : [...path, { kind: 'flatten' }]
  }

  #constant(node: OnnxNode, position: number, rank: number): Tensor {
    const found = this.#constants.get(node.inputs[position] ?? '')
    if (found?.shape.length === rank) return found
    throw fail(
      node,
      `a constant of rank ${rank} as input ${position}`,
      found ? showShape(found.shape) : 'none',
    )
  }

  #linear(node: OnnxNode, path: Path, weight: Tensor, bias: Tensor | undefined): Path {
    const [outputs, inputs] = weight.shape as [number, number]
    const name = this.#named(node)
    return this.#with(path, { kind: 'linear', name, inputs, outputs, bias: bias !== undefined }, weight, bias)
  }

  #gemm(node: OnnxNode, path: Path): Path {
    const { attributes, inputs } = node
    for (const key of ['alpha', 'beta'])
      if ((attributes.get(key)?.number ?? 1) !== 1) throw fail(node, `${key} = 1`, 'another')
    if ((attributes.get('transA')?.integer ?? 0) !== 0) throw fail(node, 'transA = 0', '1')
    const stored = this.#constant(node, 1, 2)
    const weight = attributes.get('transB')?.integer === 1 ? stored : transposed(this.#within(stored))
    return this.#linear(node, path, weight, inputs[2] ? this.#constant(node, 2, 1) : undefined)
  }

  /** A constant added to a layer that has no bias yet becomes its bias. */
  #added(node: OnnxNode, path: Path): Path {
    const last = path.at(-1)
    const bias = this.#constant(node, this.paths.has(node.inputs[0] ?? '') ? 1 : 0, 1)
    if (last?.kind !== 'linear' || last.bias)
      throw fail(node, 'a constant added to a product', last?.kind ?? 'the input')
    return this.#with(path.slice(0, -1), { ...last, bias: true }, this.numbers.get(last)!.weight, bias)
  }

  #conv(node: OnnxNode, path: Path): Path {
    const { attributes, inputs } = node
    const weight = this.#constant(node, 1, 4)
    const [outputs, channels, height, width] = weight.shape as [number, number, number, number]
    if ((attributes.get('group')?.integer ?? 1) !== 1) throw fail(node, 'group = 1', 'more')
    checkWindows(node)
    const pads = attributes.get('pads')?.integers ?? [0, 0, 0, 0]
    if (pads.length !== 4 || pads[0] !== pads[2] || pads[1] !== pads[3])
      throw fail(node, 'symmetric padding', `[${pads.join()}]`)
    const name = this.#named(node)
    const bias = inputs[2] ? this.#constant(node, 2, 1) : undefined
    const shape = { size: [height, width], padding: [pads[0]!, pads[1]!] } as const
    const stride = pairOf(node, 'strides', [1, 1])
    const names = { kind: 'conv', name, inputs: channels, outputs, bias: bias !== undefined } as const
    return this.#with(path, { ...names, ...shape, stride }, weight, bias)
  }

  /** y = γ(x - μ)/√(σ² + ε) + β, folded into the product before. */
  #normalised(node: OnnxNode, path: Path): Path {
    const last = path.at(-1)
    if (last?.kind !== 'linear' && last?.kind !== 'conv')
      throw fail(node, 'a product before it', last?.kind ?? 'the input')
    if ((node.attributes.get('training_mode')?.integer ?? 0) !== 0)
      throw fail(node, 'training_mode = 0', 'another')
    const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => this.#constant(node, i, 1).data)
    const epsilon = node.attributes.get('epsilon')?.number ?? 1e-5
    const scales = Array.from(gamma!, (g, i) => g / Math.sqrt(variance![i]! + epsilon))
    const { weight, bias } = this.numbers.get(last)!
    const each = weight.size / last.outputs
    const before = bias?.data ?? new Float32Array(last.outputs)
    const scaled = Float32Array.from(weight.data, (w, i) => w * scales[Math.floor(i / each)]!)
    const shifted = Float32Array.from(beta!, (b, i) => b + (before[i]! - mean![i]!) * scales[i]!)
    const numbers = [
      new Tensor(scaled, weight.shape, 'f32'),
      new Tensor(shifted, [shifted.length], 'f32'),
    ] as const
    return this.#with(path.slice(0, -1), { ...last, bias: true }, ...numbers)
  }

  /**
   * What PyTorch calls the layer, from the name of its weights (fc1.weight) or of the node (/fc1/MatMul), or
   * a number.
   */
  #named({ inputs, name: path }: OnnxNode): string {
    const module = /^(.+)\.weight$/.exec(inputs[1] ?? '') ?? /^\/(.+)\/[^/]+$/.exec(path)
    const name = module?.[1]!.replaceAll('/', '.') ?? `layer${this.#names.size}`
    const own = this.#names.has(name) ? `${name}-${this.#names.size}` : name
    this.#names.add(own)
    return own
  }

  /**
   * The path and one more layer. What is folded makes a new layer, so that other readers of the old one keep
   * theirs.
   */
  #with(path: Path, layer: Linear | Conv, weight: Tensor, bias: Tensor | undefined): Path {
    const kept = (x: Tensor): Tensor => new Tensor(Float32Array.from(this.#within(x).data), x.shape, 'f32')
    this.numbers.set(layer, { weight: kept(weight), bias: bias && kept(bias) })
    return [...path, layer]
  }

  /**
   * Counts numbers that are about to be copied: nodes that share weights could ask for far more than the file
   * holds.
   */
  #within(x: Tensor): Tensor {
    this.#room -= x.size
    if (this.#room < 0) throw new RangeError('readOnnx: expected weights of one layer each, got shared ones')
    return x
  }
}
