/** Compiled tapes beside the interpreter. */
import type { Data, Tensor } from '../../src/array/index.ts'
import { interpret } from '../../src/index.ts'
import { Code, Program } from '../../src/run/index.ts'
import type { Tape } from '../../src/tape/index.ts'

/** The first element with other bits; every NaN counts as the same, since engines are free to choose its payload. */
export function differs(got: Data, expected: Data): number | undefined {
  if (got.length !== expected.length) return Math.min(got.length, expected.length)
  const at = expected.findIndex((x: number, i: number) => !Object.is(x, got[i]))
  return at < 0 ? undefined : at
}

export function expectSame(got: readonly Tensor[], expected: readonly Tensor[], what = 'result'): void {
  const show = ({ dtype, shape }: Tensor): string => `${dtype}[${shape.join()}]`
  if (got.map(show).join(' ') !== expected.map(show).join(' '))
    throw new Error(`${what}: expected ${expected.map(show).join(' ')}, got ${got.map(show).join(' ')}`)
  expected.forEach((y, j) => {
    const at = differs(got[j]!.storage(), y.storage())
    if (at === undefined) return
    throw new Error(`${what} ${j}[${at}]: expected ${shown(y, at)}, got ${shown(got[j]!, at)}`)
  })
}

const shown = ({ data }: Tensor, at: number): string => (Object.is(data[at], -0) ? '-0' : `${data[at]}`)

/** A program for the tape, after it has given the interpreter's bits twice: also in memory that is no longer zeros. */
export function agreeing(tape: Tape, args: readonly Tensor[], donate: readonly number[] = []): Program {
  const expected = interpret(tape, args)
  const program = new Program(new Code(tape, donate))
  expectSame(program.run(tape, args), expected)
  if (donate.length === 0) expectSame(program.run(tape, args), expected, 'second run: result')
  return program
}
