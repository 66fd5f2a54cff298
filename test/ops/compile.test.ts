import { beforeEach, expect, test } from 'vitest'
import {
  add,
  compile,
  concatenate,
  executor,
  explain,
  grad,
  hvp,
  interpret,
  matmul,
  mul,
  reshape,
  sum,
  tanh,
  tensor,
  valueAndGrad,
  vmap,
  type Tensor,
  type Tree,
} from '../../src/index.ts'
import { numbers } from '../engine/programs.ts'
import { expectSame } from '../support/compiled.ts'

const loose = (x: unknown): never => x as never
const options = { executor: 'compile' } as const
const w = numbers([5, 7], 1)
const x = numbers([7], 2)
const net = (y: Tensor): Tensor => sum(tanh(matmul(w, y)))

let calls = 0
beforeEach(() => void (calls = 0))
/** Counts how often the function is called, which is once for every recording. */
function counted<Xs extends readonly unknown[], Y>(f: (...xs: Xs) => Y): (...xs: Xs) => Y {
  return (...xs) => {
    calls++
    return f(...xs)
  }
}

test('values and derivatives have the bits of the plain function', () => {
  expectSame([compile(net, options)(x)], [net(x)])
  expectSame([compile(grad(net), options)(x)], [grad(net)(x)])
  const { value, gradient } = compile(valueAndGrad(net), options)(x)
  expectSame([value, gradient], [net(x), grad(net)(x)])
  const v = numbers([7], 3)
  expectSame([compile(hvp(net), options)(x, v)], [hvp(net)(x, v)])
  const rows = numbers([4, 7], 4)
  expectSame([compile(vmap(grad(net)), options)(rows)], [vmap(grad(net))(rows)])
})

test('compiled functions are recorded once and run as WebAssembly', () => {
  const compiled = compile(counted(net), options)
  expect(explain(compiled)).toBe('nothing compiled yet: call the function first')
  for (let i = 0; i < 3; i++) compiled(numbers([7], i))
  expect(calls).toBe(1)
  expect(compiled.ran).toEqual({ executor: 'compile' })
  expect(compiled.forms[0]!.program!.code.plan.steps.length).toBeGreaterThan(0)
  expect(explain(compiled)).toContain('matmul')
})

test('the executor of the thread is the default', () => {
  expect(compile(net).ran).toEqual(executor())
})

test('the interpreter runs what it is asked to run, with the same bits', () => {
  const compiled = compile(grad(net), { executor: 'interpret' })
  expect(compiled.ran).toEqual({ executor: 'interpret' })
  expectSame([compiled(x)], [compile(grad(net), options)(x)])
  expect(compiled.forms[0]!.program).toBe(undefined)
  expect(explain(compiled)).toBe('interpreted')
  const out = numbers([7], 9)
  compiled.into(out, x)
  expectSame([out], [grad(net)(x)])
})

type Layer = {
  readonly weights: Tensor
  readonly bias: Tensor
}
const layers: Layer[] = [
  { weights: numbers([4, 3], 1), bias: numbers([4], 2) },
  { weights: numbers([2, 4], 3), bias: numbers([2], 4) },
]
const forward = (list: readonly Layer[], y: Tensor): { parts: Tensor[]; rest: { total: Tensor } } => {
  const parts = list.reduce<Tensor[]>(
    (done, { weights, bias }) => [...done, tanh(add(matmul(weights, done.at(-1)!), bias))],
    [y],
  )
  return { parts: parts.slice(1), rest: { total: sum(parts.at(-1)!) } }
}

test('arguments and results may be trees', () => {
  const compiled = compile(forward, options)
  const y = numbers([3], 5)
  const got = compiled(layers, y)
  const expected = forward(layers, y)
  expect(Object.keys(got)).toEqual(['parts', 'rest'])
  expectSame([...got.parts, got.rest.total], [...expected.parts, expected.rest.total])
  const out = { parts: [numbers([4], 6), numbers([2], 6)], rest: { total: tensor(0) } }
  compiled.into(out, layers, y)
  expectSame([...out.parts, out.rest.total], [...expected.parts, expected.rest.total])
})

test('one form for every shape, dtype and tree of the arguments', () => {
  const twice = (tree: readonly Tensor[] | Tensor | { a: Tensor }): Tensor => {
    const [y] = (Array.isArray(tree) ? tree : 'a' in tree ? [tree.a] : [tree]) as Tensor[]
    return mul(2, y!)
  }
  const compiled = compile(counted(twice as (tree: Tree) => Tensor), options)
  const vectors = [x, numbers([8], 1), numbers([7], 1, 'f32'), numbers([7, 1], 1)]
  const arguments_ = [...vectors, [x], [x, x], { a: x }]
  for (let round = 0; round < 3; round++) {
    for (const tree of arguments_) expectSame([compiled(tree)], [twice(loose(tree))])
    for (const tree of [...arguments_].reverse()) expectSame([compiled(tree)], [twice(loose(tree))])
  }
  expect(calls).toBe(arguments_.length)
  expect(compiled.forms.map(({ tape }) => tape.inputs.length)).toEqual([1, 1, 1, 1, 1, 2, 1])
  expect(new Set(compiled.forms.map(({ program }) => program)).size).toBe(arguments_.length)
})

test('tensors that a function closes over are frozen into it', () => {
  let scale = numbers([300], 1)
  const y = numbers([300], 2)
  const compiled = compile((z: Tensor) => mul(scale, z), options)
  const expected = mul(scale, y)
  expectSame([compiled(y)], [expected])
  scale = numbers([300], 3)
  expectSame([compiled(y)], [expected])
  expect(compiled.forms[0]!.tape.constants.size).toBe(1)
})

test('functions without arguments, of arguments alone and of constants alone', () => {
  expectSame([compile(() => mul(x, 2), options)()], [mul(x, 2)])
  expectSame([compile((y: Tensor) => y, options)(x)], [x])
  const [a, b, c] = compile((y: Tensor, z: Tensor) => [z, w, y], options)(x, tensor(3))
  expectSame([a!, b!, c!], [tensor(3), w, x])
})

test('a compiled function becomes part of what is being recorded', () => {
  const compiled = compile(net, options)
  expectSame([grad(compiled)(x)], [grad(net)(x)])
  expectSame([hvp(compiled)(x, x)], [hvp(net)(x, x)])
  expectSame([compile(grad(compiled), options)(x)], [grad(net)(x)])
  expect(compiled.forms).toEqual([])
  const outer = grad((y: Tensor) =>
    sum(
      mul(
        y,
        compile(
          grad((z: Tensor) => net(mul(y, z))),
          options,
        )(x),
      ),
    ),
  )
  const plain = grad((y: Tensor) => sum(mul(y, grad((z: Tensor) => net(mul(y, z)))(x))))
  expectSame([outer(x)], [plain(x)])
})

test('a function that closes over symbolic values cannot write to tensors', () => {
  const out = tensor(0)
  const closing = (y: Tensor): Tensor => {
    compile((z: Tensor) => sum(mul(y, z)), options).into(out, x)
    return sum(y)
  }
  expect(() => grad(closing)(x)).toThrow(/^compile: expected a function of its arguments alone, got one that/)
})

test('tensors without elements', () => {
  const empty = tensor([], [0, 3])
  const f = (y: Tensor, m: Tensor): Tensor[] => [
    mul(y, 2),
    sum(y),
    matmul(y, m),
    matmul(m, reshape(y, [3, 0])),
  ]
  const compiled = compile(f, options)
  const m = numbers([3, 3], 1)
  for (let i = 0; i < 2; i++) expectSame(compiled(empty, m), f(empty, m))
  const out = f(empty, m).map((y) => add(y, 1))
  compiled.into(out, empty, m)
  expectSame(out, f(empty, m))
  const slope = grad((y: Tensor) => sum(concatenate([tanh(y), y], 0)))
  expectSame([compile(slope, options)(empty)], [slope(empty)])
})

test('the tape of a form is the interpreted one', () => {
  const compiled = compile(grad(net), options)
  compiled(x)
  const [{ tape }] = compiled.forms as [(typeof compiled.forms)[number]]
  expectSame(interpret(tape, [x]), [grad(net)(x)])
})
