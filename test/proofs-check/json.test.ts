import { expect, test } from 'vitest'
import { exitCode, parse, stringify } from '../../proofs-check/json.ts'
import type { SuiteResult, Verdict } from '../../proofs-check/result.ts'
import { verify } from '../../proofs-check/run.ts'
import { toyClaim } from './toys.ts'

const run = (): Promise<SuiteResult> => verify([toyClaim()], { seed: 1, budget: 'quick' })

test('the text of a run reads back as the run, non-finite numbers included', async () => {
  const result = await run()
  expect(parse(stringify(result))).toEqual(result)
  const odd = { ...result, seconds: -Infinity, alpha: NaN }
  expect(parse(stringify(odd))).toEqual(odd)
})

test('the fields that others read are there', async () => {
  const plain = JSON.parse(stringify(await run()))
  expect(Object.keys(plain)).toEqual(expect.arrayContaining(['schema', 'seed', 'budget', 'claims']))
  const claim = [
    'id',
    'title',
    'source',
    'expected',
    'verdict',
    'predictions',
    'trials',
    'trialsOutsideHypotheses',
    'seconds',
    'controls',
    'replay',
  ]
  expect(Object.keys(plain.claims[0])).toEqual(expect.arrayContaining(claim))
  const prediction = ['says', 'target', 'margin', 'estimate', 'interval', 'verdict', 'trials']
  expect(Object.keys(plain.claims[0].predictions[0])).toEqual(expect.arrayContaining(prediction))
  expect(Object.keys(plain.claims[0].controls[0])).toEqual(
    expect.arrayContaining(['id', 'breaks', 'verdict']),
  )
})

test('other text and newer schemas are refused', () => {
  expect(() => parse('{')).toThrow(/expected the JSON of a glassjaw run/)
  expect(() => parse('null')).toThrow(TypeError)
  expect(() => parse('{"schema":1}')).toThrow(TypeError)
  expect(() => parse('{"schema":2,"claims":[]}')).toThrow(
    /expected schema 1 or older, got 2; a newer glassjaw/,
  )
})

test('exit codes', async () => {
  const result = await run()
  const claim = result.claims[0]!
  const [control] = claim.controls
  const code = (verdict: Verdict, controlVerdict: Verdict, expected: 'supported' | 'refuted' = 'supported') =>
    exitCode({
      ...result,
      claims: [{ ...claim, expected, verdict, controls: [{ ...control!, verdict: controlVerdict }] }],
    })
  expect(exitCode(result)).toBe(0)
  expect(code('supported', 'refuted')).toBe(0)
  expect(code('refuted', 'refuted', 'refuted')).toBe(0)
  expect(code('refuted', 'refuted')).toBe(1)
  expect(code('supported', 'refuted', 'refuted')).toBe(1)
  expect(code('supported', 'supported')).toBe(1)
  expect(code('undecided', 'refuted')).toBe(3)
  expect(code('supported', 'undecided')).toBe(3)
  expect(code('incomplete', 'refuted')).toBe(3)
  expect(code('undecided', 'supported')).toBe(1)
})
