import { bytesPerElement, Tensor } from '../array/index.ts'
import { Cursor, elementsWithin, text } from './bytes.ts'
import { bytesOf, decoded, type Stored } from './numbers.ts'

const codes: Readonly<Record<string, Stored>> = {
  ...{ f8: 'f64', f4: 'f32', f2: 'f16', i1: 'i8', u1: 'u8', b1: 'bool' },
  ...{ i2: 'i16', u2: 'u16', i4: 'i32', u4: 'u32', i8: 'i64', u8: 'u64' },
}

const magic = '\x93NUMPY'

/** As NumPy's own reader: longer headers are refused. */
const longestHeader = 10_000

/**
 * A tensor from NumPy's NPY format, versions 1 to 3 (numpy.lib.format), C or Fortran order, either byte
 * order. Numbers as `decoded` says. Errors: RangeError for another magic or version, types that are no plain
 * numbers, a length other than declared.
 */
export function readNpy(bytes: Uint8Array): Tensor {
  const cursor = new Cursor('readNpy', bytes)
  const start = String.fromCharCode(...cursor.take(6))
  if (start !== magic)
    throw new RangeError(`readNpy: expected the magic \\x93NUMPY, got ${JSON.stringify(start)}`)
  const [major] = [cursor.u8(), cursor.u8()]
  if (major < 1 || major > 3) throw new RangeError(`readNpy: expected version 1 to 3, got ${major}`)
  const length = major === 1 ? cursor.u16() : cursor.u32()
  if (length > longestHeader)
    throw new RangeError(`readNpy: expected a header of at most ${longestHeader} bytes, got ${length}`)
  const header = text('readNpy', cursor.take(length))
  const { descr, fortran, shape } = parsed(header)
  const stored = Object.hasOwn(codes, descr.slice(1)) ? codes[descr.slice(1)] : undefined
  if (!stored || !/^[<>|=]$/.test(descr[0]!))
    throw new RangeError(`readNpy: expected plain numbers such as <f8, got ${JSON.stringify(descr)}`)
  const count = elementsWithin('readNpy', shape, bytesOf[stored], cursor.left)
  const body = cursor.take(count * bytesOf[stored])
  cursor.end()
  const read = decoded('readNpy', stored, body, fortran ? [...shape].reverse() : shape, descr[0] === '>')
  return fortran ? reversed(read, shape) : read
}

/** The three entries of the header, a literal of Python. */
function parsed(header: string): { descr: string; fortran: boolean; shape: number[] } {
  const entry = (name: string, value: string): string => {
    const found = new RegExp(`['"]${name}['"]\\s*:\\s*(${value})\\s*[,}]`).exec(header)
    if (!found)
      throw new RangeError(`readNpy: expected ${name} in the header, got ${JSON.stringify(header.trim())}`)
    return found[1]!
  }
  const descr = entry('descr', `'[^']*'|"[^"]*"`).slice(1, -1)
  const fortran = entry('fortran_order', 'True|False') === 'True'
  const sizes = entry('shape', '\\(\\s*(?:\\d{1,16}\\s*,\\s*)*(?:\\d{1,16})?\\s*\\)')
  return { descr, fortran, shape: (sizes.match(/\d+/g) ?? []).map(Number) }
}

/** A tensor whose elements lie with the first axis fastest, in the usual order. */
function reversed(x: Tensor, shape: readonly number[]): Tensor {
  const data = x.data as Float64Array
  const out = data.slice()
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1))
  const index = shape.map(() => 0)
  for (let i = 0; i < out.length; i++) {
    out[i] = data[index.reduce((at, k, axis) => at + k * strides[axis]!, 0)]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
  return new Tensor(out, shape, x.dtype)
}

/** NPY version 1, in C order, little-endian: f64 as <f8, f32 as <f4, i32 as <i4. */
export function writeNpy(x: Tensor): Uint8Array {
  const descr = { f64: '<f8', f32: '<f4', i32: '<i4' }[x.dtype]
  const shape = x.shape.length === 1 ? `${x.shape[0]},` : x.shape.join(', ')
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`
  // Data begin at a multiple of 64; magic, version and length take 10 bytes, the closing newline one.
  const header = dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11) + '\n'
  const body = encoded(x)
  const out = new Uint8Array(10 + header.length + body.length)
  out.set(Uint8Array.from(magic + '\x01\x00', (c) => c.charCodeAt(0)))
  new DataView(out.buffer).setUint16(8, header.length, true)
  out.set(new TextEncoder().encode(header), 10)
  out.set(body, 10 + header.length)
  return out
}

/** A tensor's elements as little-endian bytes. */
export function encoded(x: Tensor): Uint8Array {
  const { data } = x
  const each = bytesPerElement[x.dtype]
  const out = new Uint8Array(data.length * each)
  const view = new DataView(out.buffer)
  const put = { f64: 'setFloat64', f32: 'setFloat32', i32: 'setInt32' } as const
  for (let i = 0; i < data.length; i++) view[put[x.dtype]](i * each, data[i]!, true)
  return out
}
