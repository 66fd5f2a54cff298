/** Refuses anything but an integer of at least `least`. */
export function checkInteger(op: string, what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new RangeError(
    `${op}: expected ${what} that is an integer of at least ${least}, got ${String(value)}`,
  )
}

/** Refuses anything but a positive finite number. */
export function checkScale(op: string, what: string, value: number): void {
  if (value > 0 && value < Infinity) return
  throw new RangeError(`${op}: expected positive finite ${what}, got ${String(value)}`)
}
