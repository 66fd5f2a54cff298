/** Host operations in compiled tapes: JavaScript between two steps of WebAssembly. */
import { expect, test } from 'vitest'
import {
  add,
  compile,
  grad,
  host,
  interpret,
  matmul,
  mul,
  record,
  sub,
  sum,
  take,
  tanh,
  tensor,
  type Tensor,
} from '../../../src/index.ts'
import { Code, Program } from '../../../src/run/index.ts'
import { sharedMemory } from '../../../src/run/wasm/memory.ts'
import { numbers } from '../../engine/programs.ts'
import { agreeing, expectSame } from '../../support/compiled.ts'

const options = { executor: 'compile' } as const
const calling = (f: (x: Tensor) => Tensor, effect = false): ((x: Tensor) => Tensor) =>
  host({
    name: 'calling',
    type: ([x]) => x!,
    call: ([x]) => f(x!).storage(),
    vjp: (_, cotangent, { inputs: [x] }) => mul(cotangent, x!),
    effect,
  })
const x = numbers([300], 1)

test('a host function gets the elements and gives the result', () => {
  const around = (y: Tensor): Tensor => sum(tanh(calling((z) => mul(z, 3))(mul(y, 2))))
  expectSame([compile(around, options)(x)], [around(x)])
  expectSame([compile(grad(around), options)(x)], [grad(around)(x)])
})

test('what a host function gets stays as it is', () => {
  const seen: Tensor[] = []
  const keep = calling((y) => {
    seen.push(y)
    return y
  })
  const compiled = compile((y: Tensor) => mul(keep(mul(y, 2)), 3), options)
  const results = [compiled(x), compiled(numbers([300], 2))]
  expectSame(seen, [mul(x, 2), mul(numbers([300], 2), 2)])
  expectSame(results, [mul(mul(x, 2), 3), mul(mul(numbers([300], 2), 2), 3)])
})

test('a host function may call a compiled function, which may have host functions itself', () => {
  const inner = compile((y: Tensor) => tanh(calling((z) => add(z, 1))(mul(y, 2))), options)
  const outer = compile((y: Tensor) => sub(calling(inner)(mul(y, 3)), calling(inner)(y)), options)
  const expected = (y: Tensor): Tensor => tanh(add(mul(y, 2), 1))
  expectSame([outer(x)], [sub(expected(mul(x, 3)), expected(x))])
})

test('a host function may call the very function that it is a part of', () => {
  let depth = 0
  const deeper: (y: Tensor) => Tensor = calling((y) => {
    if (depth === 5) return y
    depth++
    const result = compiled(y)
    depth--
    return result
  })
  const compiled = compile((y: Tensor) => add(mul(deeper(mul(y, 0.5)), 3), y), options)
  const expected = (y: Tensor, level: number): Tensor => {
    const half = mul(y, 0.5)
    return add(mul(level === 5 ? half : expected(half, level + 1), 3), y)
  }
  for (let i = 0; i < 3; i++) expectSame([compiled(x)], [expected(x, 0)])
  const out = numbers([300], 2)
  compiled.into(out, x)
  expectSame([out, compiled(out)], [expected(x, 0), expected(expected(x, 0), 0)])
})

test('a host function may call into the function that it is a part of', () => {
  const scratch = numbers([300], 3)
  let inside = false
  const again: (y: Tensor) => Tensor = calling((y) => {
    if (inside) return y
    inside = true
    compiled.into(scratch, y)
    inside = false
    return scratch
  })
  const compiled = compile((y: Tensor) => sub(mul(again(mul(y, 2)), 3), y), options)
  const flat = (y: Tensor): Tensor => sub(mul(mul(y, 2), 3), y)
  expectSame([compiled(x)], [sub(mul(flat(mul(x, 2)), 3), x)])
})

test('the memory may grow during a host function', () => {
  let growths = 0
  const grow = calling((y) => {
    const { byteLength } = sharedMemory().buffer
    // One more column each time, so that it needs more than there is.
    const wide = numbers([Math.ceil(byteLength / 8) + 100_000], 4)
    compile((z: Tensor) => sum(z), options)(wide)
    if (sharedMemory().buffer.byteLength > byteLength) growths++
    return y
  })
  const f = (y: Tensor): Tensor[] => [tanh(grow(mul(y, 2))), sum(mul(y, y))]
  const compiled = compile(f, options)
  const expected = [tanh(mul(x, 2)), sum(mul(x, x))]
  for (let i = 0; i < 3; i++) expectSame(compiled(x), expected)
  const out = [numbers([300], 1), tensor(0)]
  compiled.into(out, x)
  expectSame(out, expected)
  expect(growths).toBe(4)
})

test('an effect happens once a run, and once where the run fails later', () => {
  let count = 0
  const counting = calling((y) => (count++, y), true)
  const f = (y: Tensor, i: Tensor): Tensor => {
    counting(y)
    return take(y, i)
  }
  const compiled = compile(f, options)
  const index = (n: number): Tensor => tensor([n], [1], 'i32')
  compiled(x, index(3))
  expect(count).toBe(1)
  expect(() => compiled(x, index(300))).toThrow('take: expected indices in [0,300), got 300')
  expect(count).toBe(2)
})

test('errors of host functions pass, and leave everything usable', () => {
  let failing = true
  const compiled = compile(
    (y: Tensor) =>
      mul(
        calling((z) => {
          if (failing) throw new RangeError('not today')
          return z
        })(y),
        2,
      ),
    options,
  )
  expect(() => compiled(x)).toThrow('not today')
  failing = false
  expectSame([compiled(x)], [mul(x, 2)])
})

test('tapes that differ in constants and host functions share a program', () => {
  const tapeOf = (weights: Tensor, f: (y: Tensor) => Tensor): ReturnType<typeof record> =>
    record((y) => matmul(weights, calling(f)(y)), x)
  const variants = [1, 2, 3].map((salt) => tapeOf(numbers([4, 300], salt), (y) => mul(y, salt)))
  const program = new Program(new Code(variants[0]!))
  for (const tape of [...variants, ...variants].reverse())
    expectSame(program.run(tape, [x]), interpret(tape, [x]))
})

test('an index out of range is found behind the first few hundred steps, and in scatters', () => {
  const w = numbers([3, 3], 5)
  const long = (y: Tensor, i: Tensor): Tensor => {
    for (let step = 0; step < 600; step++) y = matmul(w, y)
    return take(y, i)
  }
  const index = (n: number): Tensor => tensor([n], [1], 'i32')
  const y = numbers([3], 6)
  const program = agreeing(record(long, y, index(1)), [y, index(1)])
  expect(program.code.plan.steps.length).toBeGreaterThan(600)
  const compiled = compile(long, options)
  expect(() => compiled(y, index(-2147483648))).toThrow('take: expected indices in [0,3), got -2147483648')
  const slope = compile(
    grad((z: Tensor, i: Tensor) => sum(mul(take(z, i), 2))),
    options,
  )
  expectSame([slope(y, index(2))], [tensor([0, 0, 2])])
  expect(() => slope(y, index(3))).toThrow('scatterAdd: expected indices in [0,3), got 3')
})
