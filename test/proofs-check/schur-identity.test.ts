import { expect, test } from 'vitest'
import { tensor } from '../../src/array/index.ts'
import { cholesky } from '../../src/linalg/index.ts'
import { stream } from '../../src/random/index.ts'
import { schurComplement } from '../../src/spectra/index.ts'
import { gram, randomFeatures, rowsOf, spherePoints } from '../../proofs-check/random-features.ts'
import { excess, schurIdentity } from '../../proofs-check/schur-identity.ts'

test('interlacing sees a violation of each of its three kinds', () => {
  expect(excess([1, 2], [0.5, 1.5, 3], 0.6)).toBeLessThanOrEqual(0)
  expect(excess([1, 2], [0.5, 1.5, 3], 0.4)).toBeCloseTo(0.1, 12)
  expect(excess([1, 2], [1.25, 1.5, 3], 2)).toBeCloseTo(0.25, 12)
  expect(excess([1, 2], [0.5, 0.75, 3], 2)).toBeCloseTo(0.25, 12)
})

test('s is the last squared pivot of the enlarged Gram matrix', () => {
  const phi = randomFeatures(stream(1), 5, 24).of(spherePoints(stream(2), 7, 5))
  const K = gram(phi)
  const k = tensor(Array.from({ length: 6 }, (_, i) => K.data[7 * i + 6]!))
  const last = cholesky(K).data[48]!
  expect(schurComplement(gram(rowsOf(phi, 0, 6)), k, K.data[48]!)).toBeCloseTo(last * last, 12)
})

test('a new point near the sample has small s, and the corrupted formula is off by orders of magnitude', async () => {
  const [far, near] = schurIdentity.cells
  for (let seed = 0; seed < 5; seed++) {
    const [here, there] = [far, near!].map((cell) => schurIdentity.experiment(cell, stream(seed))) as [
      Awaited<ReturnType<typeof schurIdentity.experiment>>,
      Awaited<ReturnType<typeof schurIdentity.experiment>>,
    ]
    expect(there.schur).toBeLessThan(1e-3 * here.schur)
    // The near point's features move by at most 0.01 times the norm of √(2/N) W.
    expect(there.schur).toBeLessThan(1e-3)
    for (const measured of [here, there])
      expect(measured.smallest).toBeLessThanOrEqual(measured.schur * (1 + 1e-9))
    const wrong = await schurIdentity.experiment({ ...far, divisor: 'kernel' }, stream(seed))
    expect(wrong.identity).toBeGreaterThan(1e6 * here.identity)
  }
})
