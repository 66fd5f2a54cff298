/** What every program must satisfy: the routes to one derivative agree, to the rounding errors of both. */
import { sameShape, showShape } from '../../src/array/index.ts'
import * as engine from '../../src/index.ts'
import type { HvpRoute, Tensor } from '../../src/index.ts'
import { agree } from './agreement.ts'
import { numbers, run, show, type Program } from './programs.ts'

const {
  add,
  grad,
  hessian,
  hvp,
  interpret,
  jacobian,
  jvp,
  matmul,
  mul,
  record,
  reshape,
  sin,
  slice,
  stack,
  sum,
  vjp,
  vmap,
} = engine

/** A letter of a nest: forward derivative, reverse derivative, batch. */
export type Letter = 'F' | 'R' | 'B'

const inner = (a: readonly Tensor[], b: readonly Tensor[]): Tensor =>
  a.map((x, i) => sum(mul(x, b[i]!))).reduce((x, y) => add(x, y))

const directions = (xs: readonly Tensor[], salt: number): Tensor[] =>
  xs.map((x, i) => numbers(x.shape, salt + 31 * i))

/** Eagerly, twice by the interpreter, and beside its tangent: the same bits. */
export function sameBits(program: Program): void {
  const { inputs } = program
  const f = (...xs: Tensor[]): Tensor => run(program, xs)
  const tape = record(f, ...inputs)
  const v = directions(inputs, 5)
  const values = [f(...inputs), interpret(tape, inputs)[0]!, interpret(tape, inputs)[0]!]
  values.push(jvp((xs: Tensor[]) => run(program, xs), [...inputs], v).value)
  const [first, ...rest] = values.map((y) => y.storage())
  if (!first!.every(Number.isFinite)) throw new Error(`a value is not finite\n${show(program)}`)
  for (const y of rest) {
    if (!first!.every((bits, i) => Object.is(bits, y[i]))) throw new Error(`bits differ\n${show(program)}`)
  }
}

/** ⟨u, J v⟩ = ⟨Jᵀ u, v⟩, and J by rows and by columns. */
export function firstOrder(program: Program): void {
  const { inputs } = program
  const n = inputs.length
  const u = numbers(run(program, inputs).shape, 3)
  agree(program, [...inputs, ...directions(inputs, 5), u], (p) => {
    const f = (xs: readonly Tensor[]): Tensor => run(p, xs)
    return [
      [
        '⟨u, J v⟩',
        (args) => [inner([jvp(f, args.slice(0, n), args.slice(n, 2 * n)).tangent], [args[2 * n]!])],
      ],
      ['⟨Jᵀ u, v⟩', (args) => [inner(vjp(f, args.slice(0, n)).pullback(args[2 * n]!), args.slice(n, 2 * n))]],
    ]
  })
  agree(program, [moving(program)], (p) => [
    ['the Jacobian by columns', ([x]) => [jacobian(tensorOf(p), 'forward')(x!)]],
    ['the Jacobian by rows', ([x]) => [jacobian(tensorOf(p), 'reverse')(x!)]],
  ])
}

const position = ({ inputs, output }: Program): number => output % inputs.length

/** One input moves in what follows, and the others stay what they are. */
function moving(program: Program): Tensor {
  return program.inputs[position(program)]!
}

/** The program as a function of the input that moves. */
function tensorOf(program: Program): (z: Tensor) => Tensor {
  return (z) => run(program, program.inputs.with(position(program), z))
}

/** A scalar function that sees every element of the program's value, through sines, so that linear programs have a Hessian too. */
function scalarOfAll(program: Program): (xs: readonly Tensor[]) => Tensor {
  return (xs) => {
    const y = run(program, xs)
    return sum(mul(numbers(y.shape, 7), sin(y)))
  }
}

function scalarOf(program: Program): (z: Tensor) => Tensor {
  return (z) => scalarOfAll(program)(program.inputs.with(position(program), z))
}

/** Seven routes to a Hessian-vector product, and uᵀHv = vᵀHu by two of them. */
export function secondOrder(program: Program): void {
  const z = moving(program)
  const [u, v] = [numbers(z.shape, 11), numbers(z.shape, 13)]
  const times = (H: Tensor, x: Tensor, w: Tensor): Tensor =>
    reshape(matmul(reshape(H, [x.size, x.size]), reshape(w, [x.size])), x.shape)
  agree(program, [z, v], (p) => {
    const g = scalarOf(p)
    const along = (w: Tensor) => (x: Tensor) => sum(mul(grad(g)(x), w))
    return [
      ['jvp of grad', ([x, w]) => [hvp(g)(x!, w!)]],
      ['grad of grad', ([x, w]) => [hvp(g, 'reverse-over-reverse')(x!, w!)]],
      ['grad of jvp', ([x, w]) => [grad((y: Tensor) => jvp(g, y, w!).tangent)(x!)]],
      ['vjp of grad', ([x, w]) => [vjp(grad(g), x!).pullback(w!)]],
      ['the Hessian (vmap of jvp of grad)', ([x, w]) => [times(hessian(g)(x!), x!, w!)]],
      ['the Jacobian of grad (vmap of vjp of grad)', ([x, w]) => [times(jacobian(grad(g))(x!), x!, w!)]],
      ['vmap of grad of grad', ([x, w]) => [slice(vmap(grad(along(w!)))(stack([x!, x!])), [0])]],
    ]
  })
  agree(program, [z, u, v], (p) => {
    const product = (x: Tensor, w: Tensor, route?: HvpRoute): Tensor => hvp(scalarOf(p), route)(x, w)
    return [
      ['uᵀ(H v)', ([x, a, b]) => [sum(mul(a!, product(x!, b!)))]],
      ['vᵀ(H u)', ([x, a, b]) => [sum(mul(b!, product(x!, a!)))]],
      [
        'vᵀ(H u) by reverse over reverse',
        ([x, a, b]) => [sum(mul(b!, product(x!, a!, 'reverse-over-reverse')))],
      ],
    ]
  })
}

/** jvp of vjp and vjp of jvp: both are Σ uᵢ Hᵢ v. */
export function mixedModes(program: Program): void {
  const z = moving(program)
  const [u, v] = [numbers(run(program, program.inputs).shape, 17), numbers(z.shape, 19)]
  agree(program, [z, u, v], (p) => {
    const f = tensorOf(p)
    return [
      ['jvp of vjp', ([x, a, b]) => [jvp((y: Tensor) => vjp(f, y).pullback(a!), x!, b!).tangent]],
      ['vjp of jvp', ([x, a, b]) => [vjp((y: Tensor) => jvp(f, y, b!).tangent, x!).pullback(a!)]],
    ]
  })
}

const ROWS = [0, 1] as const

/** Rows of batches are what single calls give, for values and both modes; grad and vmap commute. */
export function batches(program: Program): void {
  const { inputs } = program
  const n = inputs.length
  const ofRow = (xs: readonly Tensor[], k: number): Tensor[] => xs.map((x) => slice(x, [k]))
  const singly = (compute: (k: number) => readonly Tensor[]): Tensor[] => {
    const results = ROWS.map(compute)
    return results[0]!.map((_, i) => stack(results.map((list) => list[i]!)))
  }
  const other = nearby(program)
  const X = inputs.map((x, i) => stack([x, other[i]!]))
  const V = X.map((x, i) => numbers(x.shape, 23 + i))
  agree(program, [...X, ...V], (p) => {
    const tangent = (xs: readonly Tensor[], vs: readonly Tensor[]): [Tensor, Tensor] => {
      const { value, tangent } = jvp((ys: readonly Tensor[]) => run(p, ys), xs, vs)
      return [value, tangent]
    }
    const split = (args: readonly Tensor[]): [readonly Tensor[], readonly Tensor[]] => [
      args.slice(0, n),
      args.slice(n),
    ]
    return [
      ['single values and jvps', (args) => singly((k) => tangent(...split(ofRow(args, k))))],
      ['vmap of jvp', (args) => vmap(tangent)(...split(args))],
    ]
  })
  agree(program, X, (p) => {
    const g = scalarOfAll(p)
    return [
      ['single gradients', (xs) => singly((k) => grad(g)(ofRow(xs, k)))],
      ['vmap of grad', (xs) => vmap(grad(g))(xs)],
      ['grad of vmap', (xs) => grad((ys: readonly Tensor[]) => sum(vmap(g)(ys)))(xs)],
    ]
  })
  const U = numbers([ROWS.length, ...run(program, inputs).shape], 29)
  agree(program, [...inputs, U], (p) => {
    const pulled = (xs: readonly Tensor[], u: Tensor): readonly Tensor[] =>
      vjp((ys: readonly Tensor[]) => run(p, ys), xs).pullback(u)
    return [
      ['single vjps', (args) => singly((k) => pulled(args.slice(0, n), slice(args[n]!, [k])))],
      ['vmap of vjp', (args) => vmap(pulled, [null, 0])(args.slice(0, n), args[n]!)],
    ]
  })
}

/** No instances at all: every transformation gives none, in the right shape. */
export function emptyBatches(program: Program): void {
  const { inputs } = program
  const none = inputs.map((x) => numbers([0, ...x.shape], 1))
  const g = scalarOfAll(program)
  const results = [
    vmap((xs: readonly Tensor[]) => run(program, xs))(none),
    ...vmap(grad(g))(none),
    ...grad((xs: readonly Tensor[]) => sum(vmap(g)(xs)))(none),
    ...vmap(hvp(g))(none, none),
  ]
  const shapes = [run(program, inputs), ...inputs, ...inputs, ...inputs].map((x) => [0, ...x.shape])
  results.forEach((y, i) => {
    if (!sameShape(y.shape, shapes[i]!))
      throw new Error(`no instances: got ${showShape(y.shape)}\n${show(program)}`)
  })
}

/** Another point, so close that it lies inside the domains of the program. */
function nearby(program: Program): Tensor[] {
  for (let step = 1 / 1024; ; step /= 16) {
    const point = program.inputs.map((x, i) => add(x, mul(numbers(x.shape, 1 + i), step)))
    if (step < 1e-12 || run(program, point).storage().every(Number.isFinite)) return point
  }
}

/**
 * Transformations nested as the word says, outermost first, on a scalar function. F and R are both the derivative along
 * a direction; B runs a batch and keeps a row, which changes nothing. So a word means what it does with R written as F
 * and B left out.
 */
export function nests(program: Program, word: readonly Letter[]): void {
  const z = moving(program)
  const plain = word.filter((letter) => letter !== 'B').map((): Letter => 'F')
  const directions = plain.map((_, k) => numbers(z.shape, 37 + k))
  agree(program, [z, ...directions], (p) => [
    [`the nest ${plain.join('')}`, ([x, ...vs]) => [nest(scalarOf(p), plain, vs)(x!)]],
    [`the nest ${word.join('')}`, ([x, ...vs]) => [nest(scalarOf(p), word, vs)(x!)]],
  ])
}

function nest(
  g: (x: Tensor) => Tensor,
  word: readonly Letter[],
  vs: readonly Tensor[],
): (x: Tensor) => Tensor {
  const [letter, ...rest] = word
  if (letter === undefined) return g
  if (letter === 'B') return (x) => slice(vmap(nest(g, rest, vs))(stack([x, x])), [1])
  const inside = nest(g, rest, vs.slice(1))
  if (letter === 'F') return (x) => jvp(inside, x, vs[0]!).tangent
  return (x) => sum(mul(grad(inside)(x), vs[0]!))
}

/** Both orders against differences: the one thing that a rule wrong in the same way everywhere cannot pass. */
export function differences(program: Program): void {
  const z = moving(program)
  const g = scalarOf(program)
  const gradient = grad(g)
  const v = numbers(z.shape, 41)
  compare(program, 'the slope', sum(mul(gradient(z), v)), (h) => g(add(z, mul(v, h))))
  compare(program, 'the Hessian along v', hvp(g)(z, v), (h) => gradient(add(z, mul(v, h))))
}

/** (4 D(h) - D(2h))/3 for shrinking h, until one agrees: large steps may leave a domain or cross a kink. */
function compare(program: Program, what: string, exact: Tensor, at: (h: number) => Tensor): void {
  let least = Infinity
  for (const h of [2 ** -11, 2 ** -14, 2 ** -17, 2 ** -20]) {
    const [near, nearBack, far, farBack] = [at(h), at(-h), at(2 * h), at(-2 * h)].map((y) => y.data)
    let [gap, size] = [0, 1]
    for (let i = 0; i < exact.size; i++) {
      const slope = (8 * (near![i]! - nearBack![i]!) - (far![i]! - farBack![i]!)) / (12 * h)
      gap = Math.max(gap, Math.abs(slope - exact.data[i]!))
      size = Math.max(size, Math.abs(exact.data[i]!))
    }
    if (gap <= 1e-7 * size) return
    least = Math.min(least, gap / size)
  }
  throw new Error(`${what} is off by ${least} relative to differences\n${show(program)}`)
}
