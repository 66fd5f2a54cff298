/**
 * Wrong rules in copies of the library's records: each is caught by the generic checker, which knows nothing but the record, and by `checkGrad` on a
 * program in which the operation stands among others. test/ops/check.test.ts plants faults in operations of a user.
 */
import { expect, test } from 'vitest'
import {
  add,
  apply,
  checkGrad,
  checkOperation,
  concatenate,
  cos,
  div,
  elementwise,
  exp,
  matmul,
  max,
  mul,
  neg,
  reshape,
  scalar,
  select,
  sin,
  square,
  sub,
  sum,
  tanh,
  tensor,
  transpose,
  type CheckMode,
  type CheckReport,
  type Operation,
  type Tensor,
} from '../../src/index.ts'

/** An operation, what is wrong with a copy of it, a program around it, and the mode in which the checker has to see it. */
interface Fault {
  readonly fault: string
  readonly seen: readonly CheckMode[]
  readonly generic: () => CheckReport[]
  readonly inProgram: (right: boolean) => CheckReport
}

function fault<P>(
  name: string,
  right: Operation<P>,
  wrong: Partial<Operation<P>>,
  seen: readonly CheckMode[],
  program: (f: (xs: readonly Tensor[], params: P) => Tensor) => (...xs: Tensor[]) => Tensor,
  ...at: Tensor[]
): Fault {
  const copy = { ...right, ...wrong }
  return {
    fault: `${name} (${right.name})`,
    seen,
    generic: () => checkOperation(copy).map(({ report }) => report),
    inProgram: (asItIs) =>
      checkGrad(
        program((xs, params) => apply(asItIs ? right : copy, xs, params)),
        ...at,
      ),
  }
}

const A = tensor([
  [0.5, -1.2, 0.8],
  [1.1, 0.3, -0.7],
])
const B = tensor([
  [0.9, 0.2],
  [-0.4, 1.3],
  [0.6, -1.1],
])
const v = tensor([0.7, -0.3, 1.4])
const ofInput = ({ inputs: [x] }: { inputs: readonly Tensor[] }): Tensor => x!
const sides = { transposeA: false, transposeB: false }
/** The cosine as far as values go, and constant as far as derivatives do. */
const stuck = {
  ...cos.operation,
  vjp: (_: number, c: Tensor) => mul(c, 0),
  jvp: (_: number, t: Tensor) => mul(t, 0),
}
const stuckSlope = (_: number, direction: Tensor, use: { inputs: readonly Tensor[] }): Tensor =>
  mul(direction, apply(stuck, [ofInput(use)], undefined))

const faults: Fault[] = [
  fault(
    'a missing factor in vjp',
    square.operation,
    { vjp: (_, c, use) => mul(c, ofInput(use)) },
    ['vjp', 'adjoint'],
    (f) => (x) => sin(f([x], undefined)),
    v,
  ),
  fault(
    'a wrong sign of the second operand in vjp',
    sub.operation,
    { vjp: (i, c, use) => (i === 1 ? neg(sub.operation.vjp!(i, c, use)) : sub.operation.vjp!(i, c, use)) },
    ['vjp', 'adjoint'],
    (f) => (x, y) => square(f([x, y], undefined)),
    A,
    v,
  ),
  fault(
    'a wrong sign in jvp',
    div.operation,
    { jvp: (i, t, use) => (i === 1 ? neg(div.operation.jvp!(i, t, use)) : div.operation.jvp!(i, t, use)) },
    ['jvp', 'adjoint'],
    (f) => (x) => f([x, add(2, square(x))], undefined),
    v,
  ),
  fault(
    'a transposed matrix in vjp',
    transpose.operation,
    { vjp: (_, c, { params }) => transpose(c, params) },
    ['vjp', 'adjoint'],
    (f) => (x) => mul(tensor([[[1]], [[2]]]), f([reshape(sin(x), [3, 1, 2])], [2, 0, 1])),
    A,
  ),
  fault(
    'a factor of two for one operand in jvp',
    matmul.operation,
    { jvp: (i, t, use) => matmul.operation.jvp!(i, i === 1 ? mul(2, t) : t, use) },
    ['jvp', 'adjoint'],
    (f) => (a, b) => tanh(f([a, b], sides)),
    A,
    B,
  ),
  fault(
    'a wrong axis in vjp, where both have one size',
    concatenate.operation,
    {
      vjp: (i, c, use) =>
        concatenate.operation.vjp!(use.inputs.length - 1 - i, c, {
          ...use,
          inputs: [...use.inputs].reverse(),
        }),
    },
    ['vjp', 'adjoint'],
    (f) => (x) => mul(f([x, square(x)], 1), tensor([1, 2, 3, 4, 5, 6])),
    A,
  ),
  fault(
    'a lost broadcast sum',
    mul.operation,
    { vjp: (i, c, { inputs }) => mul(c, inputs[1 - i]!) },
    ['vjp', 'adjoint'],
    (f) => (a, x) => sin(f([a, x], undefined)),
    A,
    v,
  ),
  fault(
    'a wrong batch axis',
    sum.operation,
    {
      batch: ([x], _, axes) =>
        reshape(sum(x!, axes), [
          x!.shape[0]!,
          ...x!.shape.slice(1).filter((_, axis) => !axes.includes(axis)),
        ]),
    },
    ['batch'],
    (f) => (x) => exp(f([mul(reshape(x, [3, 1]), reshape(x, [1, 3]))], [0])),
    v,
  ),
  fault(
    'a batch rule that mixes instances',
    max.operation,
    { batch: ([x], _, axes) => add(max.operation.batch!([x!], [true], axes), mul(sum(x!), 1e-3)) },
    ['batch'],
    (f) => (x) => square(f([x], [0, 1])),
    A,
  ),
  fault(
    'all that is largest counted, instead of shared',
    max.operation,
    { jvp: (_, t, { params }) => sum(t, params) },
    ['jvp', 'adjoint'],
    (f) => (x) => square(f([sin(x)], [1])),
    A,
  ),
  fault(
    'a slope with a wrong slope, in both modes',
    sin.operation,
    { vjp: stuckSlope, jvp: stuckSlope },
    ['hvp'],
    (f) => (x) => f([f([x], undefined)], undefined),
    v,
  ),
  fault(
    'the branch not taken',
    select.operation,
    { vjp: (i, c, use) => select.operation.vjp!(i === 0 ? 0 : 3 - i, c, use) },
    ['vjp', 'adjoint'],
    (f) => (x) => f([tensor([1, 0, 1]), square(x), sin(x)], undefined),
    v,
  ),
]

test('there are at least ten, and the right records pass in the same programs', () => {
  expect(faults.length).toBeGreaterThanOrEqual(10)
  for (const { fault, inProgram } of faults)
    expect({ fault, passed: inProgram(true).passed }).toEqual({ fault, passed: true })
})

test.each(faults.map((one) => [one.fault, one] as const))(
  'checkOperation catches %s',
  (_, { generic, seen }) => {
    expectCaught(generic, seen)
  },
)

test.each(faults.map((one) => [one.fault, one] as const))(
  'checkGrad catches %s',
  (_, { inProgram, seen }) => {
    expectCaught(() => [inProgram(false)], seen)
  },
)

/** The modes fail that have to, or a rule of the wrong shape stops the check at the first operation that it does not fit. */
function expectCaught(check: () => readonly CheckReport[], seen: readonly CheckMode[]): void {
  let reports: readonly CheckReport[]
  try {
    reports = check()
  } catch (problem) {
    expect(String(problem)).toMatch(/^RangeError: \w+: expected .*, got /)
    return
  }
  const failed = reports.flatMap(({ checks }) => checks.filter(({ status }) => status === 'failed'))
  expect(failed.map(({ mode }) => mode)).toEqual(expect.arrayContaining([...seen]))
}

test('a derivative planted into an elementwise formula is caught by its own record', () => {
  const mish = elementwise('mish', 'x tanh(log(1 + eˣ))', (x) =>
    scalar.mul(x, scalar.tanh(scalar.softplus(x))),
  )
  expect(checkOperation(mish.operation).every(({ report }) => report.passed)).toBe(true)
  const wrong: Operation = { ...mish.operation, jvp: (_, t, { inputs: [x] }) => mul(t, tanh(x!)) }
  expect(checkOperation(wrong).every(({ report }) => report.passed)).toBe(false)
})
