/** Code that several kernels are made from. */
import { block, brIf, i32, loop, select, type Code, type Local, type Statement } from '../assembler/index.ts'

/** Steps of a sum, `turns` of them in one turn of the loop; any of them may be the last. */
export function unrolled(
  turns: number,
  left: Local<'i32'>,
  step: (turn: number) => readonly Statement[],
  advance: readonly Statement[],
): Statement {
  return block((done) => [
    loop((again) => [
      ...Array.from({ length: turns }, (_, turn) => [
        // A branch between steps ends a basic block: within one, V8 moves all loads to the top, and runs out of registers.
        ...(turn > 0 ? [brIf(done, i32.eq(left.get, i32.const(turn)))] : []),
        ...step(turn),
      ]).flat(),
      ...advance,
      brIf(again, left.tee(i32.sub(left.get, i32.const(turns)))),
    ]),
  ])
}

/** The smaller one, unsigned; the code of the value stands twice. */
export function least(value: Code<'i32'>, limit: number): Code<'i32'> {
  return select(i32.ltU(value, i32.const(limit)), value, i32.const(limit))
}
