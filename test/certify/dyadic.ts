/** The number n·2^e, exactly: what f64 numbers, their sums and their products are. */
export class Dyadic {
  readonly n: bigint
  readonly e: number

  private constructor(n: bigint, e: number) {
    this.n = n
    this.e = e
  }

  /** Errors: RangeError for numbers that are not finite. */
  static of(x: number): Dyadic {
    if (!Number.isFinite(x)) throw new RangeError(`Dyadic: expected a finite number, got ${x}`)
    const bits = new BigUint64Array(Float64Array.of(x).buffer)[0]!
    const exponent = Number((bits >> 52n) & 2047n)
    const fraction = bits & ((1n << 52n) - 1n)
    const whole = exponent === 0 ? fraction : fraction + (1n << 52n)
    return new Dyadic(bits >> 63n ? -whole : whole, Math.max(exponent, 1) - 1075)
  }

  plus(other: Dyadic): Dyadic {
    const e = Math.min(this.e, other.e)
    return new Dyadic((this.n << BigInt(this.e - e)) + (other.n << BigInt(other.e - e)), e)
  }

  minus(other: Dyadic): Dyadic {
    return this.plus(new Dyadic(-other.n, other.e))
  }

  times(other: Dyadic): Dyadic {
    return new Dyadic(this.n * other.n, this.e + other.e)
  }

  isNegative(): boolean {
    return this.n < 0n
  }
}
