import { expect, test } from 'vitest'
import { lengthOf, tensor } from '../../src/array/index.ts'
import { lstsq } from '../../src/linalg/index.ts'
import { stream } from '../../src/random/index.ts'
import { kernelPoints, matvec } from '../../proofs-check/kernel-points.ts'
import { residualOverSchur, residuals } from '../../proofs-check/residual-over-schur.ts'

const [cell] = residualOverSchur.cells

test('r²/s is how much longer the readout gets with the point', async () => {
  const found = (await kernelPoints(cell, stream(1)))!
  const { train, clean, adversarial } = found
  const before = lengthOf(Float64Array.from(found.readout.data))
  const points = [clean.points[0]!, adversarial[0]!]
  const [label] = clean.labels as [number]
  residuals(found, points, [label, label]).forEach((value, i) => {
    const { x } = lstsq(found.featuresOf([...train.points, points[i]!]), tensor([...train.labels, label]))
    const after = lengthOf(Float64Array.from(x.data))
    expect((after * after - before * before) / value).toBeCloseTo(1, 6)
  })
})

test('swapping labels changes r by 2 and leaves s', async () => {
  const found = (await kernelPoints(cell, stream(2)))!
  const { points, labels } = found.clean
  const outputs = matvec(found.featuresOf(points), found.readout)
  const own = residuals(found, points, labels)
  const swapped = residuals(
    found,
    points,
    labels.map((label) => -label),
  )
  own.forEach((value, i) => {
    const ratio = (labels[i]! + outputs[i]!) / (labels[i]! - outputs[i]!)
    expect(swapped[i]! / value / (ratio * ratio)).toBeCloseTo(1, 10)
  })
})
