import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decider } from '../../proofs-check/decide.ts'
import { addressOf, replay, tokenOf } from '../../proofs-check/replay.ts'
import { verify } from '../../proofs-check/run.ts'
import { runTask } from '../../proofs-check/trial.ts'
import { coin, toyCell, toyClaim } from './toys.ts'

const address = { claim: 'toy', variant: 'tails', cell: 'n=64', seed: 9, trial: 17 }
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a token names its trial, and every address survives', () => {
  const parts = fc.record({
    claim: fc.string({ unit: 'binary' }),
    variant: fc.option(fc.string()),
    cell: fc.string(),
    seed: fc.maxSafeNat(),
    trial: fc.maxSafeNat(),
  })
  fc.assert(
    fc.property(parts, (at) => {
      expect(tokenOf(at)).toMatch(/^[\w-]+$/)
      expect(addressOf(tokenOf(at))).toEqual(at)
    }),
  )
})

test('a token reproduces the trial of the run bit for bit, main and control', async () => {
  const { claims } = await verify([toyClaim()], { seed: 9, budget: 'quick' })
  for (const variant of [null, 'tails']) {
    const books = variant === null ? claims[0]!.cells : claims[0]!.controls[0]!.cellResults
    const again = await replay([toyClaim()], tokenOf({ ...address, variant, cell: 'n=16', trial: 5 }))
    expect(again.measurement).toEqual(books[0]!.sample[5])
  }
  const { replay: token, measurement } = claims[0]!.controls[0]!.illustration!
  expect((await replay([toyClaim()], token)).measurement).toEqual(measurement)
})

test('trials of different variants, cells and numbers are different', async () => {
  const at = async (changes: object) => {
    const [measured] = await runTask([toyClaim()], { ...address, first: 17, count: 1, ...changes })
    return measured!['draw']
  }
  const values = await Promise.all(
    [{}, { variant: null }, { cell: 'n=16' }, { first: 18 }, { seed: 10 }].map(at),
  )
  expect(new Set(values).size).toBe(5)
})

test('what is no token is refused with words that help', async () => {
  expect(() => addressOf('')).toThrow(/expected a token printed by glassjaw, got an empty string/)
  expect(() => addressOf('%%%')).toThrow(/expected a token printed by glassjaw, got %%%/)
  expect(() => addressOf(base64url(17))).toThrow(TypeError)
  expect(() => addressOf(base64url({ schema: 1, claim: 'toy' }))).toThrow(
    /claim, variant, cell, seed and trial/,
  )
  expect(() => addressOf(base64url({ ...address, schema: 2 }))).toThrow(
    /expected schema 1 or older, got 2; a newer glassjaw/,
  )
  expect(() => addressOf(base64url({ ...address, schema: 1, trial: -1 }))).toThrow(TypeError)
  const run = (changes: object) => replay([toyClaim()], tokenOf({ ...address, ...changes }))
  await expect(run({ claim: 'other' })).rejects.toThrow('claim: expected one of toy, got other')
  await expect(run({ variant: 'other' })).rejects.toThrow('control of toy: expected one of tails, got other')
  await expect(run({ cell: 'other' })).rejects.toThrow(
    'cell of toy: expected one of n=16, n=64, n=256, got other',
  )
})

test('shrunk and replayed trials do not type-check as evidence', async () => {
  const state = decider({ ...coin, of: (m) => m['coin']! }, [toyCell(16)], 0.01)
  const replayed = await replay([toyClaim()], tokenOf(address))
  const shrunk = { origin: 'shrunk', instance: 1, measurement: replayed.measurement } as const
  // @ts-expect-error a replayed trial is no evidence
  const first = (): void => state.add(0, [replayed])
  // @ts-expect-error a shrunk trial is no evidence
  const second = (): void => state.add(0, [shrunk])
  // @ts-expect-error a bare measurement is no evidence
  const third = (): void => state.add(0, [replayed.measurement])
  expect([first, second, third]).toHaveLength(3)
  expect(() =>
    state.add(0, [{ origin: 'numbered', trial: 0, measurement: replayed.measurement }]),
  ).not.toThrow()
})
