import { allocate, checkShape, Tensor, type DType } from '../array/index.ts'
import { evaluate, execute as executeTape } from '../run/index.ts'
import {
  emit,
  isRecording,
  isSymbolic,
  perform,
  replay,
  type Operation,
  type Perform,
  type Tape,
} from '../tape/index.ts'

/** What an operation takes where it takes a tensor: a number stands for a scalar of the other operands' dtype. */
export type Operand = Tensor | number

/** A function of tensors that carries its record. */
export type Carrying<P, F> = F & { readonly operation: Operation<P> }

/** Attaches an operation's record to the function that users call. */
export function carry<P, F extends (...args: never[]) => Tensor>(
  operation: Operation<P>,
  f: F,
): Carrying<P, F> {
  return Object.assign(f, { operation })
}

/** Carries out an operation: onto the tape when an operand is symbolic, at once when all are known. */
export function apply<P>(operation: Operation<P>, operands: readonly Operand[], params: P): Tensor {
  const inputs = toTensors(operation.name, operands)
  if (inputs.some(isSymbolic) || (operation.effect && isRecording())) return emit(operation, inputs, params)
  const type = operation.type(inputs, params)
  checkShape(operation.name, type.shape)
  return evaluate(operation.kernel(inputs, params), inputs, type)
}

/** `apply` for the operations of a tape. */
export const compute: Perform = (operation, inputs, params) => apply(operation, inputs, params as never)

/** Runs a whole tape: onto the tape being recorded when an argument is symbolic, else by the executor. */
export function execute(tape: Tape, args: readonly Tensor[]): Tensor[] {
  const effects = isRecording() && tape.instructions.some(({ operation }) => operation.effect)
  if (!effects && !args.some(isSymbolic)) return executeTape(tape, args)
  const values = replay(tape, args, perform)
  return tape.outputs.map((value) => values[value]!)
}

function toTensors(op: string, operands: readonly Operand[]): Tensor[] {
  const dtype = operands.find((x) => x instanceof Tensor)?.dtype ?? 'f64'
  return operands.map((x) => {
    if (x instanceof Tensor) return x
    if (typeof x === 'number') return scalarTensor(op, x, dtype)
    throw new TypeError(`${op}: expected tensors or numbers, got ${describe(x)}`)
  })
}

function scalarTensor(op: string, x: number, dtype: DType): Tensor {
  if (dtype === 'i32' && (x | 0) !== x)
    throw new RangeError(`${op}: expected 32-bit integers beside i32, got ${x}`)
  const data = allocate(dtype, 1)
  data[0] = x
  return new Tensor(data, [], dtype)
}

function describe(x: unknown): string {
  if (x instanceof Promise) return 'a promise\nhint: await it first'
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return 'an array\nhint: wrap it in tensor(...)'
  return x === null ? 'null' : typeof x
}
