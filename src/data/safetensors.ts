import type { Tensor } from '../array/index.ts'
import { Cursor, elementsWithin, joined, text } from './bytes.ts'
import { encoded } from './npy.ts'
import { bytesOf, decoded, type Stored } from './numbers.ts'

const codes: Readonly<Record<string, Stored>> = {
  ...{ F64: 'f64', F32: 'f32', F16: 'f16', BF16: 'bf16', I8: 'i8', U8: 'u8', BOOL: 'bool' },
  ...{ I16: 'i16', U16: 'u16', I32: 'i32', U32: 'u32', I64: 'i64', U64: 'u64' },
}

/** As the format's own reader: larger headers are refused. */
const largestHeader = 100_000_000

export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>
  /** The texts of `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Tensors by name from safetensors (https://github.com/huggingface/safetensors): an eight-byte length, a JSON
 * header, the numbers. Numbers as `decoded` says. Errors: RangeError for headers that are no such JSON or
 * repeat a name, for types without a tensor here (8-bit floats), for offsets that overlap, leave holes or
 * disagree with shapes, for a length other than declared.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const cursor = new Cursor('readSafetensors', bytes)
  const length = cursor.u64()
  if (length > largestHeader)
    throw new RangeError(`readSafetensors: expected a header below ${largestHeader} bytes, got ${length}`)
  const header = parsed(text('readSafetensors', cursor.take(length)))
  const body = cursor.take(cursor.left)
  const { __metadata__: metadata = {}, ...entries } = header
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    throw new RangeError('readSafetensors: expected texts in __metadata__, got others')
  let covered = 0
  const found = Object.entries(entries)
    .map(([name, entry]) => checkedEntry(name, entry))
    .sort((a, b) => a.start - b.start || a.end - b.end)
  const tensors = new Map<string, Tensor>()
  for (const { name, stored, shape, start, end } of found) {
    if (start !== covered)
      throw new RangeError(`readSafetensors: expected ${name} to begin at ${covered}, got ${start}`)
    const count = elementsWithin('readSafetensors', shape, bytesOf[stored], body.length - start)
    if (count * bytesOf[stored] !== end - start)
      throw new RangeError(
        `readSafetensors: expected ${count * bytesOf[stored]} bytes of ${name}, got ${end - start}`,
      )
    covered = end
    tensors.set(name, decoded('readSafetensors', stored, body.subarray(start, end), shape))
  }
  if (covered !== body.length)
    throw new RangeError(`readSafetensors: expected ${covered} bytes of numbers, got ${body.length}`)
  // In the header's order, which files list in reading order.
  const names = Object.keys(entries)
  return {
    tensors: Object.fromEntries(names.map((name) => [name, tensors.get(name)!])),
    metadata: metadata as Record<string, string>,
  }
}

interface Entry {
  readonly name: string
  readonly stored: Stored
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

function checkedEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = (isRecord(entry) ? entry : {}) as Record<string, unknown>
  const stored = typeof dtype === 'string' && Object.hasOwn(codes, dtype) ? codes[dtype] : undefined
  if (!stored)
    throw new RangeError(
      `readSafetensors: expected ${name} as ${Object.keys(codes).join(', ')}, got ${String(dtype)}`,
    )
  if (!isSizes(shape) || shape.length > 32)
    throw new RangeError(`readSafetensors: expected a shape of ${name}, got ${JSON.stringify(shape)}`)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw new RangeError(`readSafetensors: expected offsets of ${name}, got ${JSON.stringify(offsets)}`)
  return { name, stored, shape, start: offsets[0]!, end: offsets[1]! }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(header: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(header)
  } catch (cause) {
    throw new RangeError('readSafetensors: expected a header in JSON, got other text', { cause })
  }
  if (!isRecord(value) || !header.startsWith('{'))
    throw new RangeError('readSafetensors: expected an object as header, got another value')
  const names = topNames(header)
  if (new Set(names).size !== names.length)
    throw new RangeError('readSafetensors: expected different names, got one twice')
  return value
}

/** The keys of a JSON object as written, repeated ones too, which `JSON.parse` drops in silence. */
function topNames(json: string): string[] {
  const names: string[] = []
  let depth = 0
  for (const [token, string] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:?|[{}[\]]/g)) {
    if (string === undefined) depth += token === '{' || token === '[' ? 1 : -1
    else if (depth === 1 && token.endsWith(':')) names.push(JSON.parse(string) as string)
  }
  return names
}

/** Tensors and texts as safetensors, in the order given; numbers begin at a multiple of eight bytes. */
export function writeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = new Map<string, unknown>()
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata)
  const bodies: Uint8Array[] = []
  let at = 0
  for (const [name, x] of Object.entries(tensors)) {
    if (name === '__metadata__')
      throw new RangeError('writeSafetensors: expected names of tensors, got __metadata__')
    const body = encoded(x)
    const offsets = [at, at + body.length]
    header.set(name, { dtype: x.dtype.toUpperCase(), shape: x.shape, data_offsets: offsets })
    bodies.push(body)
    at += body.length
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20)
  padded.set(json)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true)
  return joined([length, padded, ...bodies])
}
