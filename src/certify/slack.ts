import { roundoff } from '../array/index.ts'

/**
 * A relative slack that covers sums of n products and a few operations more, computed in any order: Higham's γ_n (ASNA, 3.1),
 * doubled.
 */
export function slack(n: number): number {
  return 2 * (n + 16) * roundoff('f64')
}
