import type { Claim } from './claim.ts'
import { schema, type ReplayedTrial } from './result.ts'
import { cellOf, named, runTask } from './trial.ts'

/** The coordinates of one trial: everything its random numbers depend on. */
export interface TrialAddress {
  readonly claim: string
  readonly variant: string | null
  readonly cell: string
  readonly seed: number
  readonly trial: number
}

/** A token that names one trial: base64url of its address, readable on any machine. */
export function tokenOf(address: TrialAddress): string {
  const { claim, variant, cell, seed, trial } = address
  const text = JSON.stringify({ schema, claim, variant, cell, seed, trial })
  const binary = String.fromCodePoint(...new TextEncoder().encode(text))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The address in a token. Throws TypeError for what is not a token, RangeError for a newer schema. */
export function addressOf(token: string): TrialAddress {
  const value = decode(token)
  if (typeof value['schema'] === 'number' && value['schema'] > schema)
    throw new RangeError(
      `replay: expected schema ${schema} or older, got ${value['schema']}; a newer glassjaw wrote this token`,
    )
  const { claim, variant, cell, seed, trial } = value
  const whole = (x: unknown): x is number => typeof x === 'number' && Number.isSafeInteger(x) && x >= 0
  if (
    value['schema'] !== schema ||
    typeof claim !== 'string' ||
    !(variant === null || typeof variant === 'string') ||
    typeof cell !== 'string' ||
    !Number.isSafeInteger(seed) ||
    !whole(trial)
  )
    throw new TypeError(
      'replay: expected a token with claim, variant, cell, seed and trial, got other fields',
    )
  return { claim, variant, cell, seed: seed as number, trial }
}

function decode(token: string): Record<string, unknown> {
  try {
    const binary = atob(token.trim().replaceAll('-', '+').replaceAll('_', '/'))
    const value: unknown = JSON.parse(
      new TextDecoder().decode(Uint8Array.from(binary, (c) => c.codePointAt(0)!)),
    )
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Anything unreadable ends in the one error below.
  }
  const shown = token.length > 40 ? `${token.slice(0, 40)}…` : token
  throw new TypeError(
    `replay: expected a token printed by glassjaw, got ${shown === '' ? 'an empty string' : shown}`,
  )
}

/** Runs one trial again. Its type keeps it from being counted as evidence. */
export async function replay(claims: readonly Claim[], token: string): Promise<ReplayedTrial> {
  const address = addressOf(token)
  cellOf(named(claims, address.claim, 'claim'), address.variant, address.cell)
  const [measurement] = await runTask(claims, { ...address, first: address.trial, count: 1 })
  return { origin: 'replayed', ...address, measurement: measurement! }
}
