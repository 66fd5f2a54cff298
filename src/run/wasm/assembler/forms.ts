/** The forms that instructions have: how many operands, of which types, and what else they say. */
import { unsigned } from './bytes.ts'
import { code, type Code, type Statement, type ValueType } from './code.ts'

export type Address = Code<'i32'>
export type Unary<A extends ValueType, R extends ValueType = A> = (a: Code<A>) => Code<R>
export type Binary<A extends ValueType, R extends ValueType = A> = (a: Code<A>, b: Code<A>) => Code<R>
/** Reads at the address, plus a fixed number of bytes. */
export type Load<R extends ValueType> = (address: Address, offset?: number) => Code<R>
export type Store<A extends ValueType> = (address: Address, value: Code<A>, offset?: number) => Statement

export function unary<A extends ValueType, R extends ValueType>(
  result: R,
  opcode: number | number[],
): Unary<A, R> {
  return (a) => code(result, a.pieces, opcode)
}

export function binary<A extends ValueType, R extends ValueType>(
  result: R,
  opcode: number | number[],
): Binary<A, R> {
  return (a, b) => code(result, a.pieces, b.pieces, opcode)
}

/** Alignment (a hint, log2 of bytes) and offset, a number of bytes added to the address. */
export function at(offset: number, alignment: number): number[] {
  return [alignment, ...unsigned(offset)]
}

export function load<R extends ValueType>(result: R, opcode: number | number[], alignment: number): Load<R> {
  return (address, offset = 0) => code(result, address.pieces, opcode, at(offset, alignment))
}

export function store<A extends ValueType>(opcode: number | number[], alignment: number): Store<A> {
  return (address, value, offset = 0) =>
    code('void', address.pieces, value.pieces, opcode, at(offset, alignment))
}
