import { sizeOf, Tensor } from '../../array/index.ts'
import { fields, floats, integers, messages, type Field } from './protobuf.ts'

const op = 'readOnnx'

/** A node of the graph with its attributes. */
export interface OnnxNode {
  /** Of the standard's own operators; those of others have their domain before a colon. */
  readonly type: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, Attribute>
}

export interface Attribute {
  readonly number?: number
  readonly integer?: number
  readonly text?: string
  readonly integers: readonly number[]
  readonly tensor?: Tensor
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly constants: ReadonlyMap<string, Tensor>
  /** Names of inputs that are no constants, with their shapes; unknown sizes are 0. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly outputs: readonly string[]
}

/** The graph of a ModelProto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
export function readGraph(bytes: Uint8Array): OnnxGraph {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${op}: expected a Uint8Array, got ${typeof bytes}`)
  const model = fields(op, bytes)
  const [graph] = messages(model, 7)
  if (!graph) throw new RangeError(`${op}: expected a model with a graph, got none`)
  checkOperators(messages(model, 8))
  const parts = fields(op, graph)
  const constants = new Map(messages(parts, 5).map((message) => namedTensor(message)))
  const inputs = messages(parts, 11)
    .map(valueInfo)
    .filter(({ name }) => !constants.has(name))
  const outputs = messages(parts, 12).map((message) => valueInfo(message).name)
  return { nodes: messages(parts, 1).map(node), constants, inputs, outputs }
}

/** Before version 7 of the standard's operators additions and reshapes had other meanings. */
const oldestOperators = 7

/** The versions stand behind the graph and are never absent: without them a file is cut off. */
function checkOperators(sets: readonly Uint8Array[]): void {
  const own = sets.map((set) => fields(op, set)).find((set) => isOwn(text(set, 1)))
  const version = own ? Number(integers(op, own, 2)[0] ?? 0n) : 0
  if (!(version >= oldestOperators))
    throw new RangeError(`${op}: expected operators of version ${oldestOperators} or later, got ${version}`)
}

function isOwn(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx'
}

function text(list: readonly Field[], number: number): string {
  const [bytes] = messages(list, number)
  return bytes ? new TextDecoder().decode(bytes) : ''
}

function texts(list: readonly Field[], number: number): string[] {
  return messages(list, number).map((bytes) => new TextDecoder().decode(bytes))
}

function node(message: Uint8Array): OnnxNode {
  const parts = fields(op, message)
  const attributes = new Map(
    messages(parts, 5).map((part) => {
      const list = fields(op, part)
      return [text(list, 1), attribute(list)] as const
    }),
  )
  const domain = text(parts, 7)
  return {
    type: isOwn(domain) ? text(parts, 4) : `${domain}:${text(parts, 4)}`,
    name: text(parts, 3),
    inputs: texts(parts, 1),
    outputs: texts(parts, 2),
    attributes,
  }
}

function attribute(list: readonly Field[]): Attribute {
  const [number] = floats(op, list, 2, 4)
  const [integer] = integers(op, list, 3).map(Number)
  const [tensor] = messages(list, 5)
  return {
    integers: integers(op, list, 8).map(Number),
    ...(number === undefined ? {} : { number }),
    ...(integer === undefined ? {} : { integer }),
    ...(messages(list, 4).length > 0 ? { text: text(list, 4) } : {}),
    ...(tensor ? { tensor: namedTensor(tensor)[1] } : {}),
  }
}

function valueInfo(message: Uint8Array): { name: string; shape: readonly number[] } {
  const parts = fields(op, message)
  const step = (list: readonly Field[], number: number): Field[] => {
    const [bytes] = messages(list, number)
    return bytes ? fields(op, bytes) : []
  }
  const dims = messages(step(step(step(parts, 2), 1), 2), 1)
  return { name: text(parts, 1), shape: dims.map((dim) => Number(integers(op, fields(op, dim), 1)[0] ?? 0n)) }
}

/** Data types of TensorProto that are read: float, int32, int64, double. */
const [FLOAT, INT32, INT64, DOUBLE] = [1, 6, 7, 11]

function namedTensor(message: Uint8Array): readonly [string, Tensor] {
  const parts = fields(op, message)
  const name = text(parts, 8)
  const shape = integers(op, parts, 1).map(Number)
  const type = Number(integers(op, parts, 2)[0] ?? 0n)
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw new RangeError(`${op}: expected whole sizes of ${name}, got [${shape.join()}]`)
  if (integers(op, parts, 14)[0] === 1n)
    throw new RangeError(`${op}: expected the numbers of ${name} in the file, got those of another file`)
  const [raw] = messages(parts, 9)
  const values = raw ? rawValues(name, type, raw) : listed(name, type, parts)
  if (values.length !== sizeOf(shape))
    throw new RangeError(`${op}: expected ${sizeOf(shape)} numbers in ${name}, got ${values.length}`)
  if (type === FLOAT) return [name, new Tensor(Float32Array.from(values), shape, 'f32')]
  return [name, new Tensor(Float64Array.from(values), shape, 'f64')]
}

function rawValues(name: string, type: number, raw: Uint8Array): number[] {
  const size = type === FLOAT || type === INT32 ? 4 : 8
  if (![FLOAT, INT32, INT64, DOUBLE].includes(type) || raw.length % size !== 0)
    throw new RangeError(`${op}: expected float, double, int32 or int64 numbers in ${name}, got type ${type}`)
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length)
  const at = (i: number): number => {
    if (type === FLOAT) return view.getFloat32(4 * i, true)
    if (type === INT32) return view.getInt32(4 * i, true)
    return type === DOUBLE ? view.getFloat64(8 * i, true) : Number(view.getBigInt64(8 * i, true))
  }
  return Array.from({ length: raw.length / size }, (_, i) => at(i))
}

function listed(name: string, type: number, parts: readonly Field[]): number[] {
  if (type === FLOAT) return floats(op, parts, 4, 4)
  if (type === DOUBLE) return floats(op, parts, 10, 8)
  if (type === INT32) return integers(op, parts, 5).map(Number)
  if (type === INT64) return integers(op, parts, 7).map(Number)
  throw new RangeError(`${op}: expected float, double, int32 or int64 numbers in ${name}, got type ${type}`)
}
