import { availableParallelism } from 'node:os'
import type { Budget, Shard } from '../../proofs-check/index.ts'
import type { ExecutorName } from '../run/index.ts'
import { hint, oneOf, place, quote, readOptions, wholeNumber, type OptionSpec } from './options.ts'
import { isClaimFile, isClaimSource } from './own-claims.ts'
import { UsageError } from './usage.ts'

/** How claims are run, and where the result goes. */
export interface RunRequest {
  readonly workers: number
  /** What runs tapes; what the library chooses, unless it is said. */
  readonly executor?: ExecutorName
  readonly json?: string
  readonly report?: string
  /** Files with claims of one's own. */
  readonly own?: readonly string[]
}

/** A run of claims, as asked for. */
export interface VerifyRequest extends RunRequest {
  readonly action: 'verify'
  /** Ids of claims in the suite's order. */
  readonly claims: readonly string[]
  readonly budget: Budget
  readonly seed: number
  readonly journal?: string
  /** Whether a journal that is there already is gone on from. */
  readonly resume?: true
  readonly shard?: Shard
}

/** Journals of one run, whose blocks are put together. */
export interface MergeRequest extends RunRequest {
  readonly action: 'merge'
  readonly journals: readonly string[]
  /** Whether missing blocks are computed. */
  readonly complete: boolean
}

/** A list of what kernels can run on. */
export interface DevicesRequest {
  readonly action: 'devices'
  readonly json?: string
}

export type Request =
  | VerifyRequest
  | MergeRequest
  | DevicesRequest
  | { readonly action: 'help' | 'version' }
  | { readonly action: 'list'; readonly own?: readonly string[] }
  | { readonly action: 'replay'; readonly token: string; readonly own?: readonly string[] }
  | { readonly action: 'new-claim'; readonly name: string }

const spec = {
  ...{ budget: 'value', seed: 'value', json: 'value', report: 'value', workers: 'value', executor: 'value' },
  ...{ list: 'flag', replay: 'value', help: 'flag', version: 'flag' },
  ...{ journal: 'value', resume: 'flag', shard: 'value', complete: 'flag' },
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
  if (command === 'merge') return mergeRequest(given, claims)
  if (command === 'new-claim') return newClaimRequest(given, claims)
  const named = given.has('list') || given.has('replay')
  if (command !== 'verify' && !(command === undefined && named)) {
    const got = command === undefined ? 'nothing' : quote(command)
    const commands = ['verify', 'merge', 'new-claim', ...otherCommands, 'devices']
    const list = `${commands.slice(0, -1).join(', ')} or ${commands.at(-1)}`
    throw new UsageError(`glassjaw: expected the command ${list}, got ${got}${hint(command, commands)}`)
  }
  const own = ownFiles(claims)
  if (given.has('list')) return { action: 'list', ...own }
  const token = given.get('replay')
  if (token !== undefined) return { action: 'replay', token, ...own }
  return verifyRequest(given, claims, suite)
}

function ownFiles(words: readonly string[]): { own?: string[] } {
  const own = words.filter(isClaimFile)
  return own.length === 0 ? {} : { own }
}

function mergeRequest(given: ReadonlyMap<string, string>, words: readonly string[]): MergeRequest {
  const journals = words.filter((word) => !isClaimSource(word))
  if (journals.length === 0)
    throw new UsageError(
      `merge: expected journals of one run, got ${words.map(quote).join(', ') || 'nothing'}`,
    )
  refuseOthers('merge', given, ['complete', 'workers', 'executor', 'json', 'report'])
  const own = ownFiles(words.filter(isClaimSource))
  return { action: 'merge', journals, complete: given.has('complete'), ...own, ...runRequest('merge', given) }
}

function newClaimRequest(given: ReadonlyMap<string, string>, words: readonly string[]): Request {
  const [name, ...more] = words
  if (name === undefined || more.length > 0 || given.size > 0)
    throw new UsageError('new-claim: expected one name, and nothing else\nhint: glassjaw new-claim my-claim')
  return { action: 'new-claim', name: place('new-claim', 'a claim', name) }
}

function refuseOthers(command: string, given: ReadonlyMap<string, string>, known: readonly string[]): void {
  const odd = [...given.keys()].find((name) => !known.includes(name))
  if (odd === undefined) return
  const list = known.map((name) => `--${name}`).join(', ')
  throw new UsageError(`${command}: expected only ${list}, got "--${odd}"`)
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
  const own = ownFiles(claims)
  const ids = claims.filter((word) => !isClaimFile(word))
  for (const claim of ids) {
    if (suite.includes(claim)) continue
    throw new UsageError(
      `verify: expected a claim of the suite, got ${quote(claim)}${hint(claim, suite) || '\nhint: --list shows the claims'}`,
    )
  }
  if (given.has('complete')) throw new UsageError('verify: expected --complete after merge, got it here')
  const journal = given.get('journal')
  if (given.has('resume') && journal === undefined)
    throw new UsageError('verify: expected --resume together with --journal FILE, got it alone')
  return {
    action: 'verify',
    claims: claims.length === 0 ? suite : suite.filter((id) => ids.includes(id)),
    budget: oneOf('verify', 'a budget', given.get('budget') ?? 'quick', ['quick', 'standard', 'thorough']),
    seed: wholeNumber('verify', 'a seed', given.get('seed') ?? '1', 0, Number.MAX_SAFE_INTEGER),
    ...own,
    ...(journal !== undefined && { journal: place('verify', 'a file', journal) }),
    ...(given.has('resume') && { resume: true as const }),
    ...shardOf(given),
    ...runRequest('verify', given),
  }
}

function shardOf(given: ReadonlyMap<string, string>): { shard?: Shard } {
  const text = given.get('shard')
  if (text === undefined) return {}
  const [, index = NaN, of = NaN] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (!(index >= 1 && index <= of))
    throw new UsageError(`verify: expected a shard such as 1/3, got ${quote(text)}`)
  if (!given.has('journal') || given.has('json') || given.has('report'))
    throw new UsageError(
      'verify: expected --journal FILE with --shard, and neither --json nor --report: a shard decides nothing\n' +
        'hint: glassjaw merge puts the journals together',
    )
  return { shard: { index, of } }
}

function runRequest(command: string, given: ReadonlyMap<string, string>): RunRequest {
  const [json, report, executor] = [given.get('json'), given.get('report'), given.get('executor')]
  return {
    workers: wholeNumber(
      command,
      'a number of workers',
      given.get('workers') ?? String(availableParallelism()),
      1,
      1024,
    ),
    ...(executor !== undefined && {
      executor: oneOf(command, 'an executor', executor, ['compile', 'interpret']),
    }),
    ...(json !== undefined && { json: place(command, 'a file', json) }),
    ...(report !== undefined && { report: place(command, 'a folder', report) }),
  }
}
