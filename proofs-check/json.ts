import { schema, type SuiteResult } from './result.ts'

/** The result as JSON text; non-finite numbers become the strings NaN, Infinity, -Infinity. */
export function stringify(result: SuiteResult): string {
  const plain = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  return JSON.stringify(result, plain)
}

/** The inverse of `stringify`. Throws TypeError for other text, RangeError for a newer schema. */
export function parse(text: string): SuiteResult {
  const numbers: Record<string, number> = { NaN, Infinity, '-Infinity': -Infinity }
  const revive = (_: string, value: unknown): unknown =>
    typeof value === 'string' && Object.hasOwn(numbers, value) ? numbers[value] : value
  let value: { schema?: unknown; claims?: unknown } | null = null
  try {
    value = JSON.parse(text, revive)
  } catch {
    // Unreadable text ends in the error below.
  }
  if (typeof value?.schema !== 'number' || !Array.isArray(value.claims))
    throw new TypeError('parse: expected the JSON of a glassjaw run, got other text')
  if (value.schema > schema)
    throw new RangeError(
      `parse: expected schema ${schema} or older, got ${value.schema}; a newer glassjaw wrote this file`,
    )
  return value as SuiteResult
}

/**
 * 0: every verdict as expected, every control refuted; 1: a verdict contradicts `expected` or a control stands;
 * 3: something is undecided or incomplete. (2 is usage and 130 interrupted: the command line's own.)
 */
export function exitCode(result: SuiteResult): 0 | 1 | 3 {
  const pairs = result.claims.flatMap((claim) => [
    { got: claim.verdict, expected: claim.expected },
    ...claim.controls.map((control) => ({ got: control.verdict, expected: 'refuted' as const })),
  ])
  const decided = pairs.filter(({ got }) => got === 'supported' || got === 'refuted')
  if (decided.some(({ got, expected }) => got !== expected)) return 1
  return decided.length === pairs.length ? 0 : 3
}
