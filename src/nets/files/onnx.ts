import { showShape, Tensor } from '../../array/index.ts'
import type { ActivationName } from '../activations.ts'
import {
  checkParameters,
  outputShape,
  type Architecture,
  type Layer,
  type Parameters,
} from '../architecture.ts'
import { readGraph, type OnnxGraph, type OnnxNode } from './onnx-graph.ts'

type Pair = readonly [number, number]

/** Nodes that apply one function to every element. */
const elementwise: Readonly<Record<string, ActivationName>> = {
  ...{ Relu: 'relu', Tanh: 'tanh', Sigmoid: 'sigmoid', Softplus: 'softplus', Erf: 'erf', Abs: 'abs' },
  ...{ Sin: 'sin', Cos: 'cos' },
}

const supported =
  'Gemm, MatMul, Add, Conv, BatchNormalization, MaxPool, AveragePool, GlobalAveragePool, Flatten, Reshape, Identity, ' +
  'Dropout, Constant, LeakyRelu(0.1), ' +
  Object.keys(elementwise).join(', ')

/** More nodes are refused: what an import keeps grows with their square. */
const mostNodes = 4096

/** The layers that lead from the network's input to a value. */
type Path = readonly Layer[]

/**
 * The feed-forward network of an ONNX model: a chain of the nodes above, with additions of two branches of one value as
 * residual blocks. Numbers as f32; batch normalisation is folded into the layer before it. Errors: RangeError naming the
 * first node that is not supported, and by `fields` for damaged files.
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
  if (sample.length === 0 || sample.includes(0))
    throw new RangeError(
      `readOnnx: expected an input of known shape [batch,…], got ${showShape(input.shape)}`,
    )
  if (graph.nodes.length > mostNodes)
    throw new RangeError(`readOnnx: expected at most ${mostNodes} nodes, got ${graph.nodes.length}`)
  const importer = new Importer(graph, input.shape)
  importer.paths.set(input.name, [])
  for (const node of graph.nodes) importer.take(node)
  const layers = importer.paths.get(output)
  if (!layers) throw new RangeError(`readOnnx: expected a node that gives ${output}, got none`)
  const architecture = { name: 'onnx', input: sample, layers }
  checkParameters(architecture, importer.parameters)
  return { architecture, parameters: importer.parameters }
}

class Importer {
  readonly paths = new Map<string, Path>()
  readonly parameters: Record<string, Tensor> = {}
  readonly #constants: Map<string, Tensor>
  readonly #batch: number
  readonly #input: readonly number[]
  readonly #nodes: number
  /** How many nodes and outputs take a value. */
  readonly #uses = new Map<string, number>()

  constructor(graph: OnnxGraph, [batch, ...input]: readonly number[]) {
    this.#constants = new Map(graph.constants)
    this.#batch = batch!
    this.#input = input
    this.#nodes = graph.nodes.length
    for (const name of [...graph.outputs, ...graph.nodes.flatMap(({ inputs }) => inputs)])
      this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1)
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
    } else if (type === 'Add' && inputs.length === 2 && inputs.every((name) => this.paths.has(name))) {
      const [a, b] = inputs.map((name) => this.paths.get(name)!) as [Path, Path]
      const path = joinedBranches(a, b)
      // Every layer comes from a node of its own: more layers than nodes repeat some, in blocks within blocks.
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
    const activation = elementwise[type]
    if (activation) return [...path, { kind: 'activation', activation }]
    switch (type) {
      case 'Identity':
        return path
      case 'Dropout':
        if (node.inputs[2]) throw fail(node, 'evaluation', 'a choice of training')
        return path
      case 'LeakyRelu': {
        const slope = attributes.get('alpha')?.number ?? 0.01
        if (Math.fround(0.1) !== slope) throw fail(node, 'a slope of 0.1', String(slope))
        return [...path, { kind: 'activation', activation: 'leakyRelu' }]
      }
      case 'Gemm':
        return this.#gemm(node, path)
      case 'MatMul': {
        const w = this.#constant(node, 1, 2)
        return this.#linear(node, path, transposed(w), undefined)
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
    this.#keep(`${name}.weight`, weight)
    if (bias) this.#keep(`${name}.bias`, bias)
    return [...path, { kind: 'linear', name, inputs, outputs, bias: bias !== undefined }]
  }

  #gemm(node: OnnxNode, path: Path): Path {
    const { attributes, inputs } = node
    for (const key of ['alpha', 'beta'])
      if ((attributes.get(key)?.number ?? 1) !== 1) throw fail(node, `${key} = 1`, 'another')
    if ((attributes.get('transA')?.integer ?? 0) !== 0) throw fail(node, 'transA = 0', '1')
    const stored = this.#constant(node, 1, 2)
    const weight = attributes.get('transB')?.integer === 1 ? stored : transposed(stored)
    return this.#linear(node, path, weight, inputs[2] ? this.#constant(node, 2, 1) : undefined)
  }

  /** A constant added to a layer that has no bias yet becomes its bias. */
  #added(node: OnnxNode, path: Path): Path {
    const last = path.at(-1)
    const bias = this.#constant(node, this.paths.has(node.inputs[0] ?? '') ? 1 : 0, 1)
    this.#checkOnlyUse(node, this.paths.has(node.inputs[0] ?? '') ? 0 : 1)
    if (last?.kind !== 'linear' || last.bias)
      throw fail(node, 'a constant added to a product', last?.kind ?? 'the input')
    this.#keep(`${last.name}.bias`, bias)
    return [...path.slice(0, -1), { ...last, bias: true }]
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
    this.#keep(`${name}.weight`, weight)
    const bias = Boolean(inputs[2])
    if (bias) this.#keep(`${name}.bias`, this.#constant(node, 2, 1))
    const shape = { size: [height, width], padding: [pads[0]!, pads[1]!] } as const
    const stride = pairOf(node, 'strides', [1, 1])
    return [...path, { kind: 'conv', name, inputs: channels, outputs, bias, ...shape, stride }]
  }

  /** y = γ(x - μ)/√(σ² + ε) + β, folded into the product before. */
  #normalised(node: OnnxNode, path: Path): Path {
    const last = path.at(-1)
    if (last?.kind !== 'linear' && last?.kind !== 'conv')
      throw fail(node, 'a product before it', last?.kind ?? 'the input')
    this.#checkOnlyUse(node, 0)
    if ((node.attributes.get('training_mode')?.integer ?? 0) !== 0)
      throw fail(node, 'training_mode = 0', 'another')
    const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => this.#constant(node, i, 1).data)
    const epsilon = node.attributes.get('epsilon')?.number ?? 1e-5
    const scales = Array.from(gamma!, (g, i) => g / Math.sqrt(variance![i]! + epsilon))
    const weight = this.parameters[`${last.name}.weight`]!
    const each = weight.size / last.outputs
    const before = last.bias ? this.parameters[`${last.name}.bias`]!.data : new Float32Array(last.outputs)
    const scaled = Float32Array.from(weight.data, (w, i) => w * scales[Math.floor(i / each)]!)
    this.parameters[`${last.name}.weight`] = new Tensor(scaled, weight.shape, 'f32')
    const shifted = Float32Array.from(beta!, (b, i) => b + (before[i]! - mean![i]!) * scales[i]!)
    this.parameters[`${last.name}.bias`] = new Tensor(shifted, [last.outputs], 'f32')
    return [...path.slice(0, -1), { ...last, bias: true }]
  }

  /** What is folded into the layer before must not change another reader of that layer. */
  #checkOnlyUse(node: OnnxNode, position: number): void {
    const value = node.inputs[position] ?? ''
    if (this.#uses.get(value) !== 1) throw fail(node, `to be the only use of ${value}`, 'others beside it')
  }

  /** What PyTorch calls the layer, from the name of its weights, or a number. */
  #named({ inputs }: OnnxNode): string {
    const name = /^(.+)\.weight$/.exec(inputs[1] ?? '')?.[1] ?? `layer${Object.keys(this.parameters).length}`
    if (!(`${name}.weight` in this.parameters)) return name
    return `${name}-${Object.keys(this.parameters).length}`
  }

  #keep(name: string, x: Tensor): void {
    this.parameters[name] = new Tensor(Float32Array.from(x.data), x.shape, 'f32')
  }
}

/** Two paths from one value, added: their common layers, then a residual block. */
function joinedBranches(a: Path, b: Path): Path {
  let common = 0
  while (common < Math.min(a.length, b.length) && a[common] === b[common]) common++
  const [main, shortcut] = [a.slice(common), b.slice(common)]
  const [layers, other] = main.length >= shortcut.length ? [main, shortcut] : [shortcut, main]
  const block: Layer =
    other.length === 0 ? { kind: 'residual', layers } : { kind: 'residual', layers, shortcut: other }
  return [...a.slice(0, common), block]
}

function transposed({ data, shape, dtype }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number]
  const out = dtype === 'f32' ? new Float32Array(data.length) : new Float64Array(data.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!
  return new Tensor(out, [columns, rows], dtype)
}

function pairOf(node: OnnxNode, key: string, otherwise: Pair | undefined): Pair {
  const found = node.attributes.get(key)?.integers ?? otherwise
  if (found?.length !== 2) throw fail(node, `two numbers as ${key}`, String(found))
  return found as unknown as Pair
}

function checkWindows(node: OnnxNode): void {
  const padding = node.attributes.get('auto_pad')?.text ?? 'NOTSET'
  if (padding !== 'NOTSET') throw fail(node, 'padding in numbers', padding)
  if (node.attributes.get('dilations')?.integers.some((d) => d !== 1)) throw fail(node, 'no dilation', 'some')
}

function layersIn(path: Path): number {
  return path.reduce((count, layer) => {
    if (layer.kind !== 'residual') return count + 1
    return count + 1 + layersIn(layer.layers) + layersIn(layer.shortcut ?? [])
  }, 0)
}

function fail({ type, name }: OnnxNode, expected: string, got: string): RangeError {
  return new RangeError(`readOnnx: expected ${expected} in ${type}${name ? ` (${name})` : ''}, got ${got}`)
}
