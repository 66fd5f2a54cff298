import { expect, test } from 'vitest'
import {
  add,
  grad,
  host,
  mul,
  record,
  sin,
  stopGradient,
  sum,
  tensor,
  valueAndGrad,
  type Tensor,
} from '../../src/index.ts'

test('reading a symbolic value says to pass it as an argument', () => {
  const reads: ((x: Tensor) => unknown)[] = [
    (x) => x.data,
    (x) => x.item(),
    (x) => x.toArray(),
    (x) => (x as unknown as number) < 1,
    (x) => +(x as unknown as number),
  ]
  for (const read of reads) {
    const f = (x: Tensor): Tensor => {
      read(x)
      return x
    }
    expect(() => grad(f)(tensor(1))).toThrow(
      /^record: expected operations on a symbolic value, got a read .*\nhint: .*argument/,
    )
  }
})

test('a symbolic value that outlives its recording is refused', () => {
  let leaked: Tensor | undefined
  grad((x: Tensor) => {
    leaked = mul(x, 2)
    return x
  })(tensor(1))
  expect(() => sin(leaked!).data).toThrow(/escaped/)
  expect(() => grad((x: Tensor) => mul(x, leaked!))(tensor(1))).toThrow(/escaped/)
})

test('a failed recording leaves nothing open behind', () => {
  expect(() =>
    grad(() => {
      throw new Error('mine')
    })(tensor(1)),
  ).toThrow('mine')
  expect(sin(tensor(0)).item()).toBe(0)
  expect(grad((x: Tensor) => sin(x))(tensor(0)).item()).toBe(1)
})

test('an async function cannot be recorded', () => {
  const f = (async (x: Tensor) => x) as unknown as (x: Tensor) => Tensor
  expect(() => grad(f)(tensor(1))).toThrow(/got a promise\nhint: await it/)
})

test('effects stay on the tape in their order, used or not, and run once per run', () => {
  const log: string[] = []
  const note = (name: string): ((x: Tensor) => Tensor) =>
    host({
      name,
      type: ([x]) => x!,
      call: ([x]) => {
        log.push(name)
        return x!.storage()
      },
      vjp: (_, cotangent) => cotangent,
      effect: true,
    })
  const [first, second, unused] = [note('first'), note('second'), note('unused')]
  const f = (x: Tensor): Tensor => {
    const a = first(x)
    unused(x)
    return sum(add(a, second(tensor([1, 1]))))
  }
  record(f, tensor([1, 2]))
  expect(log).toEqual([])
  const { value, gradient } = valueAndGrad(f)(tensor([1, 2]))
  expect(log).toEqual(['first', 'unused', 'second'])
  expect(value.item()).toBe(5)
  expect(gradient.toArray()).toEqual([1, 1])
})

test('a host function that returns the wrong number of elements is caught by name', () => {
  const broken = host({ name: 'broken', type: ([x]) => x!, call: () => new Float64Array(1) })
  expect(() => broken(tensor([1, 2]))).toThrow('broken: expected 2 elements from its host function, got 1')
})

test('a mode that an operation lacks is refused by name', () => {
  const opaque = host({ name: 'opaque', type: ([x]) => x!, call: ([x]) => x!.storage() })
  expect(() => grad((x: Tensor) => opaque(x))(tensor(1))).toThrow('got opaque, which has none')
})

test('an operation that derivatives do not reach needs no rule', () => {
  const opaque = host({ name: 'opaque', type: ([x]) => x!, call: ([x]) => x!.storage() })
  expect(grad((x: Tensor) => mul(x, opaque(stopGradient(x))))(tensor(3)).item()).toBe(3)
})
