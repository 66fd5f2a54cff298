/**
 * Code: instructions that leave one value of a known type, or none (`void`) on WebAssembly's operand stack.
 *
 * `i32.add(x.get, i32.const(4))` is a tree of such pieces, and the types of TypeScript see to it that an f32x4 is never added to an
 * address. Trees are flattened to bytes once, when their function is finished; there a branch learns how many blocks lie
 * between it and its target.
 */
import { unsigned } from './bytes.ts'

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'
export type ResultType = ValueType | 'void'

const typeBytes: Record<ResultType, number> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  void: 0x40,
}

export function typeByte(type: ResultType): number {
  return typeBytes[type]
}

/** Where a branch can go: the end of its block, the beginning of its loop. */
export interface Label {
  readonly target: 'end' | 'beginning'
}

/** A byte, pieces in order, a branch target's depth, or pieces inside of a block that the label names. */
type Piece = number | readonly Piece[] | Label | Scope

interface Scope {
  readonly label: Label
  readonly inside: Piece
}

export interface Code<T extends ResultType = ResultType> {
  readonly type: T
  readonly pieces: Piece
}

/** Something done for its effect. */
export type Statement = Code<'void'>

export function code<T extends ResultType>(type: T, ...pieces: readonly Piece[]): Code<T> {
  return { type, pieces }
}

export function statements(list: readonly Statement[]): Statement {
  return code(
    'void',
    list.map(({ pieces }) => pieces),
  )
}

/** The bytes of a finished function. */
export function flatten(list: readonly Code[]): number[] {
  const out: number[] = []
  const open: Label[] = []
  const write = (piece: Piece): void => {
    if (typeof piece === 'number') out.push(piece)
    else if (isList(piece)) for (let i = 0; i < piece.length; i++) write(piece[i]!)
    else if ('label' in piece) {
      open.push(piece.label)
      write(piece.inside)
      open.pop()
    } else {
      const at = open.lastIndexOf(piece)
      if (at < 0) throw new Error('assembler: expected a branch inside of its block, got one outside')
      out.push(...unsigned(open.length - 1 - at))
    }
  }
  for (const { pieces } of list) write(pieces)
  return out
}

function isList(piece: Piece): piece is readonly Piece[] {
  return Array.isArray(piece)
}

const END = 0x0b

function scope(opcode: number, label: Label, inside: readonly Statement[]): Statement {
  return code('void', opcode, typeByte('void'), { label, inside: inside.map(({ pieces }) => pieces) }, END)
}

/** Statements that `br` and `brIf` leave by its label. */
export function block(inside: (exit: Label) => readonly Statement[]): Statement {
  const label: Label = { target: 'end' }
  return scope(0x02, label, inside(label))
}

/** Statements that `br` and `brIf` begin again by its label; without one of these they run once. */
export function loop(inside: (again: Label) => readonly Statement[]): Statement {
  const label: Label = { target: 'beginning' }
  return scope(0x03, label, inside(label))
}

export function br(label: Label): Statement {
  return code('void', 0x0c, label)
}

export function brIf(label: Label, condition: Code<'i32'>): Statement {
  return code('void', condition.pieces, 0x0d, label)
}

/** `yes` where the condition is not 0, else `no`. */
export function when(
  condition: Code<'i32'>,
  yes: readonly Statement[],
  no: readonly Statement[] = [],
): Statement {
  const inside = (list: readonly Statement[]): Piece => list.map(({ pieces }) => pieces)
  const label: Label = { target: 'end' }
  const both = no.length > 0 ? [inside(yes), 0x05, inside(no)] : [inside(yes)]
  return code('void', condition.pieces, 0x04, typeByte('void'), { label, inside: both }, END)
}

/** `yes` where the condition is not 0, else `no`; both are computed. */
export function select<T extends ValueType>(condition: Code<'i32'>, yes: Code<T>, no: Code<T>): Code<T> {
  return code(yes.type, yes.pieces, no.pieces, condition.pieces, 0x1c, 1, typeByte(yes.type))
}

export function drop(value: Code<ValueType>): Statement {
  return code('void', value.pieces, 0x1a)
}

/** Leaves the function; in one with a result, with this value. */
export function leave(value?: Code<ValueType>): Statement {
  return code('void', value?.pieces ?? [], 0x0f)
}

export const unreachable: Statement = code('void', 0x00)

/** A variable of a function. */
export class Local<T extends ValueType = ValueType> {
  readonly type: T
  readonly get: Code<T>
  readonly #index: number[]

  constructor(type: T, index: number) {
    this.type = type
    this.#index = unsigned(index)
    this.get = code(type, 0x20, this.#index)
  }

  set(value: Code<T>): Statement {
    return code('void', value.pieces, 0x21, this.#index)
  }

  /** Sets it and leaves the value. */
  tee(value: Code<T>): Code<T> {
    return code(this.type, value.pieces, 0x22, this.#index)
  }
}
