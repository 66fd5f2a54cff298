/** Keeps at most `most` of the given items, evenly spread over their order, the first one always among them. */
export function thin<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!)
}

/** Shares `most` out over several lists: short lists are kept whole, the long ones share what is left. */
export function shareOut(lengths: readonly number[], most: number): readonly number[] {
  const shares = lengths.map(() => 0)
  const ascending = lengths.map((_, i) => i).sort((a, b) => lengths[a]! - lengths[b]!)
  let left = most
  ascending.forEach((index, taken) => {
    const share = Math.min(lengths[index]!, Math.floor(left / (lengths.length - taken)))
    shares[index] = share
    left -= share
  })
  return shares
}
