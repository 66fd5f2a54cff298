/**
 * # The tape, in one sitting
 *
 * A program that can be differentiated is a list of instructions, each naming an operation and the numbers of its
 * operands. `(x) => sum(square(x))`, recorded at a vector of three, is the tape
 *
 *     %0 = input f64[3]      %1 = square %0      %2 = sum %1      output %2
 *
 * Every number is assigned once, and only used after that. Everything else is something done to such a list.
 *
 * **Operations** (operation.ts) are records: a name, a rule for shapes, the kernel that an executor runs, and three rules
 * about derivatives and batches. An elementwise operation is even less, one scalar expression (expression.ts), from which
 * its derivative follows by the rules of school (differentiate.ts). tanh and its like are single letters there: a name,
 * a body of exactly specified steps, and the expression of its slope (named-functions.ts).
 *
 * **Recording** (recording.ts) runs a TypeScript function once on values that have a shape but no elements. What the
 * function does to them is written down. Loops and conditions on ordinary numbers simply happen, and the tape keeps what was done; asking a symbolic value
 * for its elements cannot work and says so.
 *
 * **Reverse mode** (reverse.ts) asks how the output changes with every value: its cotangent. That of the output is given; a gradient gives 1. Going
 * backwards, an instruction y = square(x) turns the cotangent of y into 2x times it and adds that to the cotangent of x.
 *
 * - *Why a topological order?* A cotangent may be passed on only when all its shares have arrived. Recording order is
 *   such an order, so walking the list backwards is enough; no graph is searched, nothing recurses.
 * - *What happens on reuse?* b = a + a uses a twice, so a receives two shares: they are summed, da = 2 db.
 * - *Twice backward?* The result is a tape of its own with new cotangents in it; nothing is accumulated in the values,
 *   so nothing has to be set to zero, and the second call gives the same bits.
 * - *Second derivatives?* What reverse makes is a tape, so reverse it again. The rules are written with operations for
 *   just this reason.
 *
 * **Forward mode** (forward.ts) goes the other way: beside every value its tangent, the speed at which it moves when the
 * input moves in a given direction. One input with many outputs is cheap forwards, many inputs with one output backwards.
 * The two are transposes of each other, ⟨u, Jv⟩ = ⟨Jᵀu, v⟩, which the checker tests for every operation.
 *
 * **Batching** (batch.ts) runs many instances in one program: a value that depends on the instance gets a new first axis,
 * the others stay as they are.
 *
 * A transformation takes a tape and gives a tape, so they compose: a Hessian-vector product is forward after reverse, a
 * Jacobian is batch after reverse, per-example gradients are batch after reverse as well. What runs a tape is not known
 * here: see run/.
 */
export * as scalar from './scalar.ts'
export {
  input,
  linearize,
  showExpression,
  type Expression,
  type NamedFunction,
  type Primitive,
  type Term,
} from './expression.ts'
export { differentiate } from './differentiate.ts'
export { namedFunctions } from './named-functions.ts'
export {
  read,
  rowMajor,
  type GatherKernel,
  type HostKernel,
  type Kernel,
  type MapKernel,
  type MatmulKernel,
  type MoveKernel,
  type Piece,
  type ReduceKernel,
  type Strided,
} from './kernel.ts'
export type { Case, Operation, Use } from './operation.ts'
export {
  emit,
  isRecording,
  isSymbolic,
  perform,
  replay,
  trace,
  type AnyOperation,
  type Instruction,
  type Perform,
  type Tape,
  type Trace,
} from './recording.ts'
export { batch, type Batched } from './batch.ts'
export { forward } from './forward.ts'
export { pullBack, reverse, type Add } from './reverse.ts'
