/** Refuses a level outside (0, 1), by the name of the calling function. */
export function requireLevel(op: string, alpha: number): void {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`${op}: expected a level between 0 and 1, got ${alpha}`)
}

/** Refuses anything but an integer of at least `least`. */
export function requireCount(op: string, name: string, value: number, least: number = 0): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${op}: expected ${name} to be an integer of at least ${least}, got ${value}`)
}

/** Refuses successes and trials that do not belong together. */
export function requireTally(op: string, successes: number, trials: number): void {
  requireCount(op, 'trials', trials)
  requireCount(op, 'successes', successes)
  if (successes > trials)
    throw new RangeError(`${op}: expected at most ${trials} successes, got ${successes} in ${trials} trials`)
}

/** Refuses a number outside [0, 1]. */
export function requireProbability(op: string, name: string, value: number): void {
  if (!(value >= 0 && value <= 1))
    throw new RangeError(`${op}: expected ${name} to be a probability, got ${value}`)
}

/** Refuses a number outside the open interval (0, 1). */
export function requireInside(op: string, name: string, value: number): void {
  if (!(value > 0 && value < 1))
    throw new RangeError(`${op}: expected ${name} strictly between 0 and 1, got ${value}`)
}

/** Refuses anything but a finite number above 0. */
export function requirePositive(op: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity))
    throw new RangeError(`${op}: expected ${name} to be positive and finite, got ${value}`)
}

/** Refuses data that are not in ascending order; a NaN among them is refused too. */
export function requireAscending(op: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(i === 0 ? value === value : value >= values[i - 1]!))
      throw new RangeError(`${op}: expected ascending values without NaN, got ${value} at index ${i}`)
  }
}
