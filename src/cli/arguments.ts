import { availableParallelism } from 'node:os'
import type { Budget } from '../../proofs-check/index.ts'
import type { ExecutorName } from '../run/index.ts'
import { hint, oneOf, place, quote, readOptions, wholeNumber, type OptionSpec } from './options.ts'
import { UsageError } from './usage.ts'

/** A run of claims, as asked for. */
export interface VerifyRequest {
  readonly action: 'verify'
  /** Ids of claims in the suite's order. */
  readonly claims: readonly string[]
  readonly budget: Budget
  readonly seed: number
  readonly workers: number
  /** What runs tapes; what the library chooses, unless it is said. */
  readonly executor?: ExecutorName
  readonly json?: string
  readonly report?: string
}

/** A list of what kernels can run on. */
export interface DevicesRequest {
  readonly action: 'devices'
  readonly json?: string
}

export type Request =
  | VerifyRequest
  | DevicesRequest
  | { readonly action: 'help' | 'version' | 'list' }
  | { readonly action: 'replay'; readonly token: string }

const spec = {
  ...{ budget: 'value', seed: 'value', json: 'value', report: 'value', workers: 'value', executor: 'value' },
  ...{ list: 'flag', replay: 'value', help: 'flag', version: 'flag' },
} as const satisfies OptionSpec

/** Commands with arguments of their own; see command.ts. */
export const otherCommands = ['train', 'attack', 'radius', 'spectrum', 'data'] as const

/** Reads the words after the program's name. Throws UsageError in the grammar `verify: expected X, got Y`. */
export function readArguments(args: readonly string[], suite: readonly string[]): Request {
  const { options: given, words } = readOptions('verify', args, spec)
  if (given.has('help')) return { action: 'help' }
  if (given.has('version')) return { action: 'version' }
  const [command, ...claims] = words
  if (command === 'devices') return devicesRequest(given, claims)
  const named = given.has('list') || given.has('replay')
  if (command !== 'verify' && !(command === undefined && named)) {
    const got = command === undefined ? 'nothing' : quote(command)
    const commands = ['verify', ...otherCommands, 'devices']
    const list = `${commands.slice(0, -1).join(', ')} or ${commands.at(-1)}`
    throw new UsageError(`glassjaw: expected the command ${list}, got ${got}${hint(command, commands)}`)
  }
  if (given.has('list')) return { action: 'list' }
  const token = given.get('replay')
  if (token !== undefined) return { action: 'replay', token }
  return verifyRequest(given, claims, suite)
}

function devicesRequest(given: ReadonlyMap<string, string>, words: readonly string[]): DevicesRequest {
  const odd = words[0] ?? [...given.keys()].find((name) => name !== 'json')
  if (odd !== undefined) throw new UsageError(`devices: expected --json FILE or nothing, got ${quote(odd)}`)
  const json = given.get('json')
  return { action: 'devices', ...(json !== undefined && { json: place('devices', 'a file', json) }) }
}

function verifyRequest(
  given: ReadonlyMap<string, string>,
  claims: readonly string[],
  suite: readonly string[],
): VerifyRequest {
  for (const claim of claims) {
    if (suite.includes(claim)) continue
    throw new UsageError(
      `verify: expected a claim of the suite, got ${quote(claim)}${hint(claim, suite) || '\nhint: --list shows the claims'}`,
    )
  }
  const [json, report, executor] = [given.get('json'), given.get('report'), given.get('executor')]
  return {
    action: 'verify',
    claims: claims.length === 0 ? suite : suite.filter((id) => claims.includes(id)),
    budget: oneOf('verify', 'a budget', given.get('budget') ?? 'quick', ['quick', 'standard', 'thorough']),
    seed: wholeNumber('verify', 'a seed', given.get('seed') ?? '1', 0, Number.MAX_SAFE_INTEGER),
    workers: wholeNumber(
      'verify',
      'a number of workers',
      given.get('workers') ?? String(availableParallelism()),
      1,
      1024,
    ),
    ...(executor !== undefined && {
      executor: oneOf('verify', 'an executor', executor, ['compile', 'interpret']),
    }),
    ...(json !== undefined && { json: place('verify', 'a file', json) }),
    ...(report !== undefined && { report: place('verify', 'a folder', report) }),
  }
}
