/** Plane rotations (Golub & Van Loan, Matrix Computations, 5.1.8) of rows. */

/** Rows x and y of `count` numbers, which begin at these places: x ← c·x + s·y, y ← c·y - s·x. */
export function rotateRows(
  data: Float64Array,
  x: number,
  y: number,
  count: number,
  c: number,
  s: number,
): void {
  const end = x + count
  const away = y - x
  let i = x
  for (; i + 1 < end; i += 2) {
    const a = data[i]!
    const b = data[i + away]!
    const a1 = data[i + 1]!
    const b1 = data[i + 1 + away]!
    data[i] = c * a + s * b
    data[i + away] = c * b - s * a
    data[i + 1] = c * a1 + s * b1
    data[i + 1 + away] = c * b1 - s * a1
  }
  if (i < end) {
    const a = data[i]!
    const b = data[i + away]!
    data[i] = c * a + s * b
    data[i + away] = c * b - s * a
  }
}
