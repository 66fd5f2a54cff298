/** exp, tanh and log to more digits than any float has, in whole numbers of 2^-256; and errors in units of the last place. */

const BITS = 256n
const ONE = 1n << BITS

const product = (a, b) => (a * b) >> BITS
const quotient = (a, b) => (a << BITS) / b

/** A float as a fixed-point number; exact above 2^-203. */
function fixed(x) {
  let exponent = 0
  while (!Number.isInteger(x)) {
    x *= 2
    exponent--
  }
  return exponent < -256 ? BigInt(x) >> BigInt(-exponent - 256) : BigInt(x) << BigInt(256 + exponent)
}

const HALVINGS = 16n

/** The series at x/2^16, squared sixteen times. */
function expFixed(x) {
  const small = x >> HALVINGS
  let [sum, term] = [ONE, ONE]
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = product(term, small) / n
    sum += term
  }
  for (let i = 0n; i < HALVINGS; i++) sum = product(sum, sum)
  return sum
}

function tanhFixed(x) {
  const e = expFixed(2n * x)
  return quotient(e - ONE, e + ONE)
}

/** The float's logarithm, corrected by log x - y = log(x e^-y) = δ - δ²/2 + δ³/3 with δ of the size of its error. */
function logFixed(x, near) {
  const y = fixed(near)
  const delta = product(x, expFixed(-y)) - ONE
  const square = product(delta, delta)
  return y + delta - square / 2n + product(square, delta) / 3n
}

const functions = {
  exp: (x) => expFixed(fixed(x)),
  tanh: (x) => tanhFixed(fixed(x)),
  log: (x) => logFixed(fixed(x), Math.log(x)),
}

const digits = { f32: 24n, f64: 53n }

/** The largest distance of `values` from the function at `points`, in units of the last place of the true value. */
export function largestError(name, dtype, points, values) {
  let largest = 0
  points.forEach((x, i) => {
    const exact = functions[name](x)
    const length = BigInt((exact < 0n ? -exact : exact).toString(2).length)
    const unit = 1n << (length - digits[dtype])
    const distance = fixed(values[i]) - exact
    const error = Number(((distance < 0n ? -distance : distance) * 4096n) / unit) / 4096
    largest = Math.max(largest, error)
  })
  return largest
}
