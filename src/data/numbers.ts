import { Tensor } from '../array/index.ts'

/** How a file stores one number. */
export type Stored =
  'f64' | 'f32' | 'f16' | 'bf16' | 'i8' | 'u8' | 'bool' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64'

export const bytesOf: Readonly<Record<Stored, number>> = {
  ...{ f64: 8, f32: 4, f16: 2, bf16: 2, i8: 1, u8: 1, bool: 1 },
  ...{ i16: 2, u16: 2, i32: 4, u32: 4, i64: 8, u64: 8 },
}

/**
 * Stored numbers as a tensor: f64 stays; f32, f16 and bf16 become f32, exactly; whole numbers become i32, or
 * f64 where one of a u32, i64 or u64 file exceeds i32. Errors: RangeError for a whole number beyond 2^53, and
 * for a bool that is neither 0 nor 1. `bytes` holds exactly the numbers.
 */
export function decoded(
  op: string,
  stored: Stored,
  bytes: Uint8Array,
  shape: readonly number[],
  bigEndian = false,
): Tensor {
  const count = bytes.length / bytesOf[stored]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = !bigEndian
  switch (stored) {
    case 'f64':
      return new Tensor(
        filled(new Float64Array(count), (i) => view.getFloat64(8 * i, little)),
        shape,
        'f64',
      )
    case 'f32':
      return new Tensor(
        filled(new Float32Array(count), (i) => view.getFloat32(4 * i, little)),
        shape,
        'f32',
      )
    case 'f16':
      return new Tensor(
        filled(new Float32Array(count), (i) => half(view.getUint16(2 * i, little))),
        shape,
        'f32',
      )
    case 'bf16':
      return new Tensor(brain(view, count, little), shape, 'f32')
    case 'u32':
    case 'i64':
    case 'u64':
      return wide(count, shape, (i) => whole(op, stored, view, i, little))
    default:
      return new Tensor(
        filled(new Int32Array(count), (i) => whole(op, stored, view, i, little)),
        shape,
        'i32',
      )
  }
}

function filled<T extends Float64Array | Float32Array | Int32Array>(out: T, at: (i: number) => number): T {
  for (let i = 0; i < out.length; i++) out[i] = at(i)
  return out
}

function whole(op: string, stored: Stored, view: DataView, i: number, little: boolean): number {
  switch (stored) {
    case 'i8':
      return view.getInt8(i)
    case 'u8':
      return view.getUint8(i)
    case 'i16':
      return view.getInt16(2 * i, little)
    case 'u16':
      return view.getUint16(2 * i, little)
    case 'i32':
      return view.getInt32(4 * i, little)
    case 'u32':
      return view.getUint32(4 * i, little)
    case 'i64':
    case 'u64': {
      const value = stored === 'i64' ? view.getBigInt64(8 * i, little) : view.getBigUint64(8 * i, little)
      const number = Number(value)
      if (!Number.isSafeInteger(number))
        throw new RangeError(`${op}: expected whole numbers within 2^53, got ${value} at ${i}`)
      return number
    }
    default: {
      const value = view.getUint8(i)
      if (value > 1) throw new RangeError(`${op}: expected booleans 0 or 1, got ${value} at ${i}`)
      return value
    }
  }
}

function wide(count: number, shape: readonly number[], at: (i: number) => number): Tensor {
  const values = filled(new Float64Array(count), at)
  const fits = values.every((value) => value >= -2147483648 && value <= 2147483647)
  return fits ? new Tensor(Int32Array.from(values), shape, 'i32') : new Tensor(values, shape, 'f64')
}

/** IEEE binary16. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  // 2^-24 and 2^-25 in words: subnormal steps, and the scale that exponent 1 starts from.
  if (exponent === 0) return sign * fraction * 5.960464477539063e-8
  let value = (1024 + fraction) * 5.960464477539063e-8
  for (let e = 1; e < exponent; e++) value *= 2
  return sign * value
}

/** The upper half of a binary32. */
function brain(view: DataView, count: number, little: boolean): Float32Array {
  const bits = new Uint32Array(count)
  for (let i = 0; i < count; i++) bits[i] = view.getUint16(2 * i, little) << 16
  return new Float32Array(bits.buffer)
}
