/** Inputs that every peer can make for itself, and the comparison of what comes out. */

/** 32 mixed bits of a seed and an index. */
function mixed(seed, index) {
  let h = Math.imul(index, 0x9e3779b1) + Math.imul(seed, 0x85ebca77)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return (h ^ (h >>> 15)) >>> 0
}

/** n uniform numbers in [-scale, scale): the same numbers as `noise` in peers.py. */
export function noise(seed, n, scale = 1, Data = Float32Array) {
  const out = new Data(n)
  for (let i = 0; i < n; i++) out[i] = (mixed(seed, i) / 2147483648 - 1) * scale
  return out
}

/** `count` arrays of noise, of seeds that follow each other. */
export function noises(seed, count, ...rest) {
  return Array.from({ length: count }, (_, i) => noise(seed + i, ...rest))
}

/** Turns through a few inputs, so that no call meets those of the call before. */
export function turning(inputs, run) {
  return (call) => run(inputs[call % inputs.length])
}

/** All numbers of a result in order: of typed arrays, tensors, and arrays and objects of these. */
export function flat(result) {
  if (typeof result === 'number') return [result]
  if (ArrayBuffer.isView(result)) return result
  if (ArrayBuffer.isView(result.data)) return result.data
  const parts = Object.values(result).map(flat)
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** A matrix of these rows with the axes in another order; `order[i]` is the old axis that becomes axis i. */
export function permuted(data, shape, order) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const out = new data.constructor(data.length)
  const sizes = order.map((axis) => shape[axis])
  const index = sizes.map(() => 0)
  for (let to = 0; to < out.length; to++) {
    out[to] = data[order.reduce((sum, axis, i) => sum + index[i] * strides[axis], 0)]
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === sizes[axis]; axis--) index[axis] = 0
  }
  return out
}

/** What is compared with a peer in another process: Σ vᵢ cᵢ with cᵢ noise, and Σ |vᵢ|. */
export function probe(values) {
  const weights = noise(99, values.length, 1, Float64Array)
  return [
    values.reduce((sum, v, i) => sum + v * weights[i], 0),
    values.reduce((sum, v) => sum + Math.abs(v), 0),
  ]
}

/** Throws unless two results agree up to `tolerance` times their largest number. */
export function expectSame(name, ours, theirs, tolerance) {
  if (ours.length !== theirs.length)
    throw new Error(`${name}: expected ${ours.length} numbers, got ${theirs.length}`)
  let largest = 0
  for (const v of theirs) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v))
  for (let i = 0; i < ours.length; i++) {
    const near = Object.is(ours[i], theirs[i]) || Math.abs(ours[i] - theirs[i]) <= tolerance * largest
    if (!near) throw new Error(`${name}: expected ${ours[i]} at ${i}, got ${theirs[i]}`)
  }
}
