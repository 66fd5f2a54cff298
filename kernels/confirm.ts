/** What a device found, looked at again in f64. */
import { Tensor } from '../src/array/index.ts'

/**
 * - `confirmed`: the sign is the same in f64.
 * - `disagrees`: it is another one, or zero on one side: f32 could not decide.
 * - `unresolved`: one of the two is not a number.
 */
export type ConfirmationStatus = 'confirmed' | 'disagrees' | 'unresolved'

export interface Confirmation {
  /** One for every sample. */
  readonly statuses: readonly ConfirmationStatus[]
  readonly counts: Readonly<Record<ConfirmationStatus, number>>
  /** The margins in f64. */
  readonly margins: Tensor
}

/**
 * Computes the margins of points again, here and in f64, and compares their signs with those that a device gave: a flip, or the side of a boundary
 * on which the end of a radius lies. `margins` maps points of shape [n, …] to n numbers; the points and the tensors that it closes over are taken as
 * they are, so that points found in f32 are looked at where they really are.
 *
 * Errors: RangeError when it gives other than one f64 number for every sample.
 */
export function confirmSigns(
  margins: (points: Tensor) => Tensor,
  points: Tensor,
  found: Tensor,
): Confirmation {
  const exact = new Tensor(Float64Array.from(points.data), points.shape, 'f64')
  const again = margins(exact)
  if (again.dtype !== 'f64' || again.size !== found.size) {
    throw new RangeError(
      `confirmSigns: expected ${found.size} margins in f64, got ${again.size} in ${again.dtype}`,
    )
  }
  const statuses = Array.from(again.data, (margin, i): ConfirmationStatus => {
    const [here, there] = [Math.sign(margin), Math.sign(found.data[i]!)]
    if (Number.isNaN(here) || Number.isNaN(there)) return 'unresolved'
    return here === there && here !== 0 ? 'confirmed' : 'disagrees'
  })
  const count = (status: ConfirmationStatus): number => statuses.filter((each) => each === status).length
  return {
    statuses,
    counts: { confirmed: count('confirmed'), disagrees: count('disagrees'), unresolved: count('unresolved') },
    margins: again,
  }
}
