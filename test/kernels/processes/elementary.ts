/** Prints what kernels make of functions that need helpers, and of sizes whose indices do. */
import { exp, log, reshape, sum, tensor, transpose, type Tensor } from '../../../src/index.ts'
import { onDevice } from '../../../kernels/index.ts'

const x = tensor([0.5, 1, 3])
// More than 2²⁰ cells: here indices are divided by a helper.
const large = tensor(new Float32Array(3 * 400_000).fill(1), [3, 400_000])
const results: number[][] = []
for (const mode of ['webasm', 'cpu'] as const) {
  const f = await onDevice((y: Tensor) => [exp(y), log(y)], { mode })
  results.push(...(await f(x)).value.map((y) => [...y.data]))
  const g = await onDevice((y: Tensor) => sum(reshape(exp(transpose(y)), [400_000, 3]), 0), { mode })
  results.push([...(await g(large)).value.data])
}
console.log(JSON.stringify(results))
process.exit(0)
