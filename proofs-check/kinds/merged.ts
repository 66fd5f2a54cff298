/** Ascending values with new ones merged in. */
export function merged(ascending: Float64Array, values: readonly number[]): Float64Array {
  const fresh = Float64Array.from(values).sort()
  const all = new Float64Array(ascending.length + fresh.length)
  let i = 0
  let j = 0
  for (let k = 0; k < all.length; k++) {
    const takeOld = j >= fresh.length || (i < ascending.length && ascending[i]! <= fresh[j]!)
    all[k] = takeOld ? ascending[i++]! : fresh[j++]!
  }
  return all
}
