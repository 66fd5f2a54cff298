/** Functions whose derivative is not the one that their operations would give. */
import { sameShape, showShape, stridesOf, Tensor } from '../array/index.ts'
import { isSymbolic, read, trace, type Operation, type Use } from '../tape/index.ts'
import { apply, execute } from './apply.ts'
import { vmap } from './gradients.ts'
import { broadcastTo, sum } from './shape.ts'

const stopOperation: Operation = {
  name: 'stopGradient',
  formula: 'x, as a constant to every derivative',
  type: ([x]) => x!,
  kernel: ([x]) => read(x!.shape, stridesOf(x!.shape)),
  batch: ([x]) => stopGradient(x!),
  differentiable: [false],
}

/** x itself, through which no derivative flows, in any mode or order. */
export function stopGradient(x: Tensor): Tensor {
  return apply(stopOperation, [x], undefined)
}

/** The inputs of the function and its value, as its derivative rules see them. */
export type CustomUse = Pick<Use<undefined>, 'inputs' | 'output'>

/** Derivative rules as in an operation record: of one input at a time, and written with operations. */
export interface CustomRules {
  /** (∂y/∂xᵢ)ᵀ ȳ in the shape of input i. */
  readonly vjp: (i: number, cotangent: Tensor, use: CustomUse) => Tensor
  /** (∂y/∂xᵢ) ẋ in the shape of the value; forward mode refuses the function by name without it. */
  readonly jvp?: (i: number, tangent: Tensor, use: CustomUse) => Tensor
}

/**
 * `f` with other derivatives. What f does stays on the tape, so that every executor runs it; an operation of the given
 * name, which copies the value, carries the rules. They are differentiated for higher orders and batched with `vmap`.
 * Errors when f closes over a value with a derivative of its own: pass it as an argument.
 *
 * @example A step with the gradient of the identity (the straight-through estimator; Bengio et al. 2013, arXiv:1308.3432):
 * ```js
 * import { customGradient, grad, heaviside, sum, tensor } from 'glassjaw'
 *
 * const step = customGradient('step', (x) => heaviside(x), { vjp: (_, cotangent) => cotangent })
 * console.log(grad((x) => sum(step(x)))(tensor([-1, 2])).toArray())
 * ```
 * ```text
 * [ 1, 1 ]
 * ```
 */
export function customGradient(
  name: string,
  f: (...xs: Tensor[]) => Tensor,
  rules: CustomRules,
): (...xs: Tensor[]) => Tensor {
  const operation = attach(name, rules)
  return (...xs) => {
    const { tape, captures } = trace((...inputs) => [f(...inputs)], xs)
    if (captures.length > 0) {
      throw new TypeError(
        `${name}: expected a function of its arguments alone, got one that closes over symbolic values\n` +
          'hint: pass them as arguments, or through stopGradient as an argument when they have no derivative',
      )
    }
    const [y] = execute(tape, xs.map(stopGradient))
    return xs.some(isSymbolic) ? apply(operation, [y!, ...xs], undefined) : y!
  }
}

/** (y, x₀, x₁, …) ↦ y, with the derivative by xᵢ that the rules say and none by y. */
function attach(name: string, { vjp, jvp }: CustomRules): Operation {
  const own = ({ inputs, output }: Use<undefined>): CustomUse => ({ inputs: inputs.slice(1), output })
  const operation: Operation = {
    name,
    formula: 'y, with derivative rules of its own',
    type: ([y]) => y!,
    kernel: ([y]) => read(y!.shape, stridesOf(y!.shape)),
    vjp: (i, cotangent, use) => like(name, 'vjp', vjp(i - 1, cotangent, own(use)), use.inputs[i]!),
    ...(jvp && {
      jvp: (i, tangent, use) => like(name, 'jvp', jvp(i - 1, tangent, own(use)), use.output),
    }),
    batch: ([y, ...xs], [yBatched, ...batched]) => {
      const size = xs[batched.indexOf(true)]!.shape[0]!
      const value = yBatched ? y! : broadcastTo(y!, [size, ...y!.shape])
      return apply(attach(name, batchRules({ vjp, ...(jvp && { jvp }) }, batched)), [value, ...xs], undefined)
    },
    differentiable: [false],
  }
  return operation
}

/** The rules on many instances at once; an input that they share collects what all of them say of it. */
function batchRules({ vjp, jvp }: CustomRules, batched: readonly boolean[]): CustomRules {
  const axes = batched.map((flag) => (flag ? 0 : null))
  return {
    vjp: (i, cotangent, { inputs, output }) => {
      const one = (c: Tensor, y: Tensor, ...xs: Tensor[]): Tensor => vjp(i, c, { inputs: xs, output: y })
      const shares = vmap(one, [0, 0, ...axes])(cotangent, output, ...inputs)
      return batched[i] ? shares : sum(shares, 0)
    },
    ...(jvp && {
      jvp: (i, tangent, { inputs, output }) => {
        const one = (t: Tensor, y: Tensor, ...xs: Tensor[]): Tensor => jvp(i, t, { inputs: xs, output: y })
        return vmap(one, [axes[i]!, 0, ...axes])(tangent, output, ...inputs)
      },
    }),
  }
}

function like(name: string, rule: string, got: Tensor, { shape, dtype }: Tensor): Tensor {
  if (got instanceof Tensor && sameShape(got.shape, shape) && got.dtype === dtype) return got
  const what = got instanceof Tensor ? `${got.dtype}${showShape(got.shape)}` : typeof got
  throw new TypeError(`${name}: expected ${dtype}${showShape(shape)} from its ${rule}, got ${what}`)
}
