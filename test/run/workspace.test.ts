import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { executor, setExecutor } from '../../src/index.ts'
import { normal, stream } from '../../src/random/index.ts'
import { withWorkspace, type Part } from '../../src/run/index.ts'
import { bytesInUse } from '../../src/run/wasm/memory.ts'

const before = executor().executor
afterEach(() => setExecutor(before))

const sizes = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(9))

/** All products of one set of operands, by one executor. */
function products(name: 'compile' | 'interpret', [m, k, n, gap]: readonly number[]): number[][] {
  setExecutor(name)
  const count = (rows: number, columns: number): number => rows * (columns + gap!)
  // Before the workspace is there: to draw runs as WebAssembly, too.
  const drawn = [count(m!, k!), count(k!, n!), k!].map((size, i) => normal(stream(i + 1), size))
  return withWorkspace(count(m!, k!) + count(k!, n!) + m! * n! + m! + 2 * n! + 2 * k!, k! * n!, (work) => {
    const fill = (size: number, salt: number): Float64Array => {
      const array = work.array(size)
      array.set(drawn[salt - 1]!)
      return array
    }
    const a: Part = { data: fill(count(m!, k!), 1), row: k! + gap!, column: 1 }
    const b: Part = { data: fill(count(k!, n!), 2), row: n! + gap!, column: 1 }
    const [c, y, z, x] = [work.array(m! * n!), work.array(m!), work.array(n!), fill(k!, 3)]
    work.multiply(a, b, c, m!, k!, n!)
    work.matvec(a.data, a.row, x, y, m!, k!)
    work.vecmat(x, b.data, b.row, z, k!, n!)
    return [c, y, z].map((array) => [...array])
  })
}

test('products of parts of matrices have the bits of plain loops, and leave no memory behind', () => {
  // What random numbers keep for themselves is there from now on.
  products('compile', [1, 1, 1, 0])
  fc.assert(
    fc.property(sizes, (size) => {
      const used = bytesInUse()
      expect(products('compile', size)).toEqual(products('interpret', size))
      expect(bytesInUse()).toBe(used)
    }),
    { numRuns: 300 },
  )
})

test('more than was asked for is refused, and the memory is given back', () => {
  setExecutor('compile')
  const used = bytesInUse()
  expect(() => withWorkspace(8, 0, (work) => work.array(5000))).toThrow(
    'workspace: expected room for 5000 more numbers, got ',
  )
  expect(bytesInUse()).toBe(used)
})
