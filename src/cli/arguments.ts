import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Budget } from '../../proofs-check/index.ts'
import type { ExecutorName } from '../run/index.ts'
import { nearest } from './nearest.ts'
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

const options = {
  budget: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'string' },
  report: { type: 'string' },
  workers: { type: 'string' },
  executor: { type: 'string' },
  list: { type: 'boolean' },
  replay: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

type Name = keyof typeof options

/** Reads the words after the program's name. Throws UsageError in the grammar `verify: expected X, got Y`. */
export function readArguments(args: readonly string[], suite: readonly string[]): Request {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<Name, string>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind === 'option') given.set(known(token.name, token.rawName), valueOf(token))
  }
  if (given.has('help')) return { action: 'help' }
  if (given.has('version')) return { action: 'version' }
  const [command, ...claims] = words
  if (command === 'devices') return devicesRequest(given, claims)
  const named = given.has('list') || given.has('replay')
  if (command !== 'verify' && !(command === undefined && named)) {
    const got = command === undefined ? 'nothing' : quote(command)
    throw new UsageError(
      `glassjaw: expected the command verify or devices, got ${got}${hint(command, ['verify', 'devices'])}`,
    )
  }
  if (given.has('list')) return { action: 'list' }
  const token = given.get('replay')
  if (token !== undefined) return { action: 'replay', token }
  return verifyRequest(given, claims, suite)
}

function devicesRequest(given: ReadonlyMap<Name, string>, words: readonly string[]): DevicesRequest {
  const odd = words[0] ?? [...given.keys()].find((name) => name !== 'json')
  if (odd !== undefined) throw new UsageError(`devices: expected --json FILE or nothing, got ${quote(odd)}`)
  const json = given.get('json')
  return { action: 'devices', ...(json !== undefined && { json: place('a file', json) }) }
}

function verifyRequest(
  given: ReadonlyMap<Name, string>,
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
    budget: oneOf('a budget', given.get('budget') ?? 'quick', ['quick', 'standard', 'thorough']),
    seed: wholeNumber('a seed', given.get('seed') ?? '1', 0, Number.MAX_SAFE_INTEGER),
    workers: wholeNumber(
      'a number of workers',
      given.get('workers') ?? String(availableParallelism()),
      1,
      1024,
    ),
    ...(executor !== undefined && { executor: oneOf('an executor', executor, ['compile', 'interpret']) }),
    ...(json !== undefined && { json: place('a file', json) }),
    ...(report !== undefined && { report: place('a folder', report) }),
  }
}

function known(name: string, typed: string): Name {
  if (Object.hasOwn(options, name)) return name as Name
  const flags = Object.keys(options).map((option) => `--${option}`)
  throw new UsageError(
    `verify: expected an option that --help lists, got ${quote(typed)}${hint(typed, flags)}`,
  )
}

function valueOf({ name, value }: { readonly name: string; readonly value?: string | undefined }): string {
  const { type } = options[name as Name]
  if (type === 'boolean' && value !== undefined) {
    throw new UsageError(`verify: expected --${name} without a value, got ${quote(value)}`)
  }
  if (type === 'string' && value === undefined)
    throw new UsageError(`verify: expected a value after --${name}, got nothing`)
  return value ?? ''
}

function oneOf<T extends string>(what: string, text: string, names: readonly T[]): T {
  const found = names.find((name) => name === text)
  if (found !== undefined) return found
  const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
  throw new UsageError(`verify: expected ${what} of ${list}, got ${quote(text)}${hint(text, names)}`)
}

function wholeNumber(what: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new UsageError(
    `verify: expected ${what}, a whole number from ${least} to ${most}, got ${quote(text)}`,
  )
}

/** A path that looks like an option is a forgotten value. */
function place(what: string, text: string): string {
  if (text !== '' && !text.startsWith('--')) return text
  throw new UsageError(`verify: expected the name of ${what}, got ${quote(text)}`)
}

function quote(text: string): string {
  return JSON.stringify(text)
}

function hint(word: string | undefined, candidates: readonly string[]): string {
  const meant = word === undefined ? undefined : nearest(word, candidates)
  return meant === undefined ? '' : `\nhint: did you mean ${meant}?`
}
