import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  blockKey,
  differenceOf,
  fingerprint,
  journalHeader,
  journalled,
  readBlock,
  readHeader,
  readLine,
  writeBlock,
  writeLine,
  type Block,
} from '../../proofs-check/journal.ts'
import { stringify } from '../../proofs-check/json.ts'
import type { SuiteResult } from '../../proofs-check/result.ts'
import { verify } from '../../proofs-check/run.ts'
import { sharded } from '../../proofs-check/shard.ts'
import { runTask, type Execute, type Task } from '../../proofs-check/trial.ts'
import { claimOf, coin, tails, toyClaim } from './toys.ts'

const task: Task = { claim: 'toy', variant: null, cell: 'n=16', first: 40, count: 3, seed: 7 }
const run = { version: '1.0.0', seed: 7, budget: 'quick', shard: null } as const
const timeless = (result: SuiteResult): string =>
  stringify(result).replace(/"seconds":[^,}]*/g, '"seconds":0')

test('a block comes back to the bit, whatever was measured', () => {
  const measurement = fc.dictionary(fc.string(), fc.double(), { noNullPrototype: true })
  fc.assert(
    fc.property(fc.array(measurement, { minLength: 3, maxLength: 3 }), (measurements) => {
      const line = writeBlock({ task, measurements })
      expect(line).not.toContain('\n')
      expect(readBlock(line, 7)).toStrictEqual({ task, measurements })
    }),
  )
})

test('any change of one character of a line is noticed', () => {
  const line = writeBlock({ task, measurements: [{ a: 1.5 }, { a: NaN }, { a: -0 }] })
  fc.assert(
    fc.property(fc.nat(line.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, other) => {
      fc.pre(other !== line[at])
      expect(() => readLine(line.slice(0, at) + other + line.slice(at + 1))).toThrow(RangeError)
    }),
  )
  for (let length = 0; length < line.length; length++)
    expect(() => readLine(line.slice(0, length))).toThrow(RangeError)
})

test('a header names what differs, and knows itself', () => {
  const header = journalHeader([toyClaim()], run)
  const line = writeLine(header)
  expect(readHeader(line)).toEqual(header)
  expect(differenceOf(readHeader(line), header)).toBeUndefined()
  const other = (changes: object) => differenceOf(header, { ...header, ...changes })
  expect(other({ seed: 8 })).toBe('expected a journal of seed 8, got one of seed 7')
  expect(other({ budget: 'standard' })).toBe('expected a journal of budget standard, got one of budget quick')
  expect(other({ version: '2.0.0' })).toBe('expected a journal of version 2.0.0, got one of version 1.0.0')
  expect(other({ claims: ['toy', 'b'] })).toBe('expected a journal of claims toy, b, got one of claims toy')
  expect(other({ shard: '1/2' })).toBe('expected a journal of shard 1/2, got one of shard none')
  expect(other({ suite: 'x' })).toMatch(/claims that were changed since/)
  expect(() => readHeader(writeLine({ journal: 2 }))).toThrow(/a newer glassjaw/)
  expect(() => readHeader(writeLine({}))).toThrow(/the header of a journal/)
})

test('a fingerprint changes with a number and with a function, and with nothing else', () => {
  const print = fingerprint([toyClaim()])
  expect(fingerprint([toyClaim()])).toBe(print)
  expect(fingerprint([toyClaim({ predictions: [{ ...coin, margin: 0.11 }] })])).not.toBe(print)
  expect(fingerprint([toyClaim({ predictions: [{ ...coin, of: (m) => 1 - m.coin }] })])).not.toBe(print)
})

/** A journal in memory that holds these blocks. */
function journalOf(lines: readonly string[]) {
  const blocks = new Map(
    lines.map((line) => readBlock(line, 7)).map(({ task, measurements }) => [blockKey(task), measurements]),
  )
  const written = [...lines]
  const record = (block: Block): void => void written.push(writeBlock(block))
  return { written, record, find: (task: Task) => blocks.get(blockKey(task)) }
}

const claims = [claimOf(coin, { ...coin, id: 'wrong', target: 0.3 }), toyClaim({ id: 'second' })].map(
  (claim) => ({ ...claim, weight: 0.5 }),
)
const options = { seed: 7, budget: 'quick' } as const

test('a run that is stopped after any block and resumed ends like one that was not, and repeats none', async () => {
  const computed: string[] = []
  const plain: Execute = (wanted) => {
    computed.push(blockKey(wanted))
    return runTask(claims, wanted)
  }
  const whole = journalOf([])
  const expected = timeless(await verify(claims, { ...options, execute: journalled(plain, whole) }))
  expect(expected).toBe(timeless(await verify(claims, options)))
  for (const kept of [0, 1, 7, 20, whole.written.length]) {
    const rest = journalOf(whole.written.slice(0, kept))
    computed.length = 0
    const again = await verify(claims, { ...options, execute: journalled(plain, rest) })
    expect(timeless(again)).toBe(expected)
    expect(computed).toHaveLength(whole.written.length - kept)
    expect(new Set(rest.written)).toEqual(new Set(whole.written))
  }
})

test('shards compute different blocks, and the merged run decides like one that was not split', async () => {
  const expected = timeless(await verify(claims, options))
  for (const of of [1, 2, 3, 5]) {
    const parts = await Promise.all(
      Array.from({ length: of }, async (_, i) => {
        const journal = journalOf([])
        const own = journalled((wanted) => runTask(claims, wanted), journal)
        // In a shard a block is asked for again and again: what it has computed it finds.
        const memo = new Map<string, ReturnType<Execute>>()
        const once: Execute = (wanted) => {
          const key = blockKey(wanted)
          if (!memo.has(key)) memo.set(key, own(wanted))
          return memo.get(key)!
        }
        await verify(claims, { ...options, execute: sharded(once, { index: i + 1, of }) })
        return journal.written
      }),
    )
    const all = parts.flat()
    expect(new Set(all).size).toBe(all.length)
    let missing = 0
    const execute = journalled((wanted) => (missing++, runTask(claims, wanted)), journalOf(all))
    expect(timeless(await verify(claims, { ...options, execute }))).toBe(expected)
    expect(missing, `${of} shards`).toBeLessThan(0.5 * all.length)
    if (of === 1) expect(missing).toBe(0)
  }
})

test('what needs a block that is not to be had stays incomplete, and nothing else does', async () => {
  const execute: Execute = async (wanted) =>
    wanted.claim === 'toy' && wanted.first >= 20 ? undefined : runTask(claims, wanted)
  const { claims: results } = await verify(claims, { ...options, execute })
  expect(results.map(({ verdict }) => verdict)).toEqual(['incomplete', 'supported'])
  expect(results[0]!.predictions.map(({ trials }) => trials)).toEqual([20, 20, 20])
  expect(results[0]!.controls[0]!.verdict).toBe('incomplete')
  expect(results[1]!.controls[0]).toMatchObject({ verdict: 'refuted', id: tails.id })
})
