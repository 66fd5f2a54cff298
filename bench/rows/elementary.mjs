/**
 * Elementary functions of 16,384 numbers, a time per number; copying in and out is part of it. The loop is one of its own for every
 * function and type: a loop that calls Math.exp through a variable is half as fast.
 */
import { compile, erf, exp, log, tanh, tensor } from '../../dist/src/index.js'
import { erf as scalarErf } from '../../dist/src/math/index.js'
import { atMost, faster, slower } from '../bounds.mjs'
import { largestError } from '../exact.mjs'
import { expectSame, noises, turning } from '../numbers.mjs'
import { here, python } from '../peers.mjs'

const COUNT = 16384
const CHECKED = 2000
const arrays = { f32: Float32Array, f64: Float64Array }
const operations = { exp, tanh, log, erf }
const spans = { exp: 20, tanh: 5, log: 20, erf: 5 }

function inputs(name, dtype) {
  const xs = noises(10, 4, COUNT, spans[name], arrays[dtype])
  return name === 'log' ? xs.map((x) => x.map((v) => Math.abs(v) + 0.001)) : xs
}

function ours(xs, name) {
  const out = tensor(new xs[0].constructor(xs[0].length))
  const f = compile((x) => operations[name](x))
  return turning(
    xs.map((x) => tensor(x)),
    (x) => (f.into(out, x), out),
  )
}

/** A loop compiled from its own source, into an array of its own. */
function loop(xs, name, dtype) {
  const f = new Function(
    'x',
    'y',
    `/* ${dtype} */ for (let i = 0; i < x.length; i++) y[i] = Math.${name}(x[i])`,
  )
  const out = new xs[0].constructor(COUNT)
  return turning(xs, (x) => (f(x, out), out))
}

/** Throws unless infinities, NaN and zeros come out as they do from Math.*. */
function expectSpecials(name, dtype) {
  const points = arrays[dtype].from([Infinity, -Infinity, NaN, 0, -0])
  const expected = points.map((x) => Math[name](x))
  expectSame(`${name} of infinities, NaN and zeros`, expected, ours([points], name)(0).data, 0)
}

function row([name, dtype, ratio, limits]) {
  const { torch, ulp } = limits
  const scalar = name === 'erf' ? 'our scalar erf' : `loop over Math.${name}`
  return {
    name: `${name}-${dtype}`,
    work: `${name} ${dtype}, a number`,
    unit: 'ns',
    per: COUNT,
    tolerance: dtype === 'f32' ? 1e-6 : 1e-14,
    data: () => inputs(name, dtype),
    ours: (xs) => ours(xs, name),
    peers: {
      [scalar]: here((xs) => (name === 'erf' ? turning(xs, (x) => x.map(scalarErf)) : loop(xs, name, dtype))),
      PyTorch: python(`${name}-${dtype}`),
    },
    figures: (xs) => {
      if (ulp === undefined) return {}
      expectSpecials(name, dtype)
      const points = xs[0].slice(0, CHECKED)
      return { 'largest error, ulp': largestError(name, dtype, points, ours([points], name)(0).data) }
    },
    bounds: [
      faster(ratio, scalar),
      ...(torch === undefined ? [] : [slower(torch, 'PyTorch')]),
      ...(ulp === undefined ? [] : [atMost(ulp, 'largest error, ulp')]),
    ],
  }
}

export const rows = [
  ['exp', 'f32', 6, { torch: 1.5, ulp: 1.5 }],
  ['tanh', 'f32', 5, { torch: 1.5, ulp: 1.5 }],
  ['exp', 'f64', 3, { ulp: 2 }],
  ['tanh', 'f64', 2.2, { ulp: 2 }],
  ['log', 'f64', 1.7, { ulp: 2 }],
  ['erf', 'f64', 4, {}],
].map(row)
