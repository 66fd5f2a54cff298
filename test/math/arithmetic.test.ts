import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as math from '../../src/math/index.ts'
import { numbers, type Arithmetic } from '../../src/math/index.ts'

const any = fc.double()

test('mantissa and exponent take a number apart and scale2 puts it together', () => {
  fc.assert(
    fc.property(any, (x) => {
      const m = numbers.mantissa(x)
      const k = numbers.exponent(x)
      expect(numbers.scale2(m, k)).toBe(x)
      if (x === x) expect(Math.abs(m) >= 1 && Math.abs(m) < 2).toBe(true)
    }),
    {
      numRuns: 1000,
      examples: [[0], [-0], [Infinity], [-Infinity], [NaN], [5e-324], [2 ** -1022], [2 ** 1023], [-3e-310]],
    },
  )
})

test('scale2 is x·2^k rounded once', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -2200, max: 2200 }),
      (x, k) => {
        expect(numbers.scale2(x, k)).toBe(scaled(x, k))
      },
    ),
    { numRuns: 2000 },
  )
})

// The same by integers: mantissa·2^(e + k), rounded to a multiple of 2^-1074, halves to even.
function scaled(x: number, k: number): number {
  if (x === 0) return x
  const exponent = numbers.exponent(x)
  const units = BigInt(numbers.mantissa(Math.abs(x)) * 2 ** 52)
  const shift = exponent - 52 + k + 1074
  let size: number
  if (shift >= 0)
    size =
      exponent + k > 1023
        ? Infinity
        : Number(units) * 2 ** -52 * 2 ** ((exponent + k) >> 1) * 2 ** (exponent + k - ((exponent + k) >> 1))
  else if (shift < -54) size = 0
  else {
    const whole = units >> BigInt(-shift)
    const rest = units - (whole << BigInt(-shift))
    const half = 1n << BigInt(-shift - 1)
    const up = rest > half || (rest === half && whole % 2n === 1n)
    size = Number(up ? whole + 1n : whole) * 2 ** -1074
  }
  return x < 0 ? -size : size
}

test('scale2 saturates beyond the range, and NaN stays NaN', () => {
  expect([numbers.scale2(1, Infinity), numbers.scale2(1, -Infinity), numbers.scale2(0, Infinity)]).toEqual([
    Infinity,
    0,
    0,
  ])
  expect([numbers.scale2(NaN, 3), numbers.scale2(1, NaN)]).toEqual([NaN, NaN])
})

type Node = {
  readonly op: keyof Arithmetic<unknown>
  readonly inputs: readonly Node[]
  readonly value: number
}

let x: Node
const node =
  (op: keyof Arithmetic<unknown>) =>
  (...inputs: Node[]): Node => ({ op, inputs, value: NaN })

const recorder: Arithmetic<Node> = {
  constant: (value) => ({ op: 'constant', inputs: [], value }),
  add: node('add'),
  sub: node('sub'),
  mul: node('mul'),
  div: node('div'),
  sqrt: node('sqrt'),
  abs: node('abs'),
  floor: node('floor'),
  min: node('min'),
  max: node('max'),
  less: node('less'),
  equal: node('equal'),
  select: node('select'),
  scale2: node('scale2'),
  exponent: node('exponent'),
  mantissa: node('mantissa'),
}

// Plain IEEE operations, written apart from `numbers`.
const plain: Record<string, (a: number, b: number, c: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  sqrt: Math.sqrt,
  abs: Math.abs,
  floor: Math.floor,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  less: (a, b) => Number(a < b),
  equal: (a, b) => Number(a === b),
  select: (condition, a, b) => (condition === 0 ? b : a),
  scale2: (a, k) => (a === a && k === k ? (Number.isFinite(a) ? scaled(a, Math.max(-9999, k)) : a) : NaN),
  exponent: (a) => {
    if (a === 0 || !Number.isFinite(a)) return a === 0 ? -Infinity : Math.abs(a)
    let k = Math.floor(Math.log2(Math.abs(a)))
    if (Math.abs(a) < 2 ** k) k -= 1
    return Math.abs(a) >= 2 ** (k + 1) ? k + 1 : k
  },
  mantissa: (a) => {
    if (a === 0 || a - a !== 0) return a === a ? (1 / a < 0 || a < 0 ? -1 : 1) : NaN
    let size = a
    while (Math.abs(size) >= 2) size /= 2
    while (Math.abs(size) < 1) size *= 2
    return size
  },
}

function evaluate(root: Node, at: number): number {
  const known = new Map<Node, number>([[x, at]])
  const visit = (n: Node): number => {
    const before = known.get(n)
    if (before !== undefined) return before
    const [a, b, c] = n.inputs.map(visit)
    const value = n.op === 'constant' ? n.value : plain[n.op]!(a!, b!, c!)
    known.set(n, value)
    return value
  }
  return visit(root)
}

const bodies: [string, <T>(m: Arithmetic<T>, x: T) => T, (x: number) => number][] = [
  ['exp', math.expIn, math.exp],
  ['expm1', math.expm1In, math.expm1],
  ['log', math.logIn, math.log],
  ['log1p', math.log1pIn, math.log1p],
  ['sin', math.sinIn, math.sin],
  ['cos', math.cosIn, math.cos],
  ['sinTurns', math.sinTurnsIn, math.sinTurns],
  ['cosTurns', math.cosTurnsIn, math.cosTurns],
  ['tanh', math.tanhIn, math.tanh],
  ['erf', math.erfIn, math.erf],
]

test.each(bodies)('%s: the traced body gives the same bits as the scalar', (_, body, scalar) => {
  x = { op: 'constant', inputs: [], value: NaN }
  const root = body(recorder, x)
  const arguments_ = fc.oneof(
    any,
    fc.double({ min: -40, max: 40, noNaN: true }),
    fc.double({ min: -750, max: 720, noNaN: true }),
  )
  fc.assert(
    fc.property(arguments_, (at) => {
      expect(evaluate(root, at)).toBe(scalar(at))
    }),
    { numRuns: 300, examples: [[0], [-0], [Infinity], [-Infinity], [NaN], [5e-324], [-1], [-745], [1e300]] },
  )
})
