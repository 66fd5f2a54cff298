import { parseArgs } from 'node:util'
import { nearest } from './nearest.ts'
import { UsageError } from './usage.ts'

/** Options of a command by name: with a value after them, or without. */
export type OptionSpec = Readonly<Record<string, 'value' | 'flag'>>

export interface Given {
  /** Values by name; '' for a flag. */
  readonly options: ReadonlyMap<string, string>
  readonly words: readonly string[]
}

/** Reads the words after a command's name. Throws UsageError in the grammar `command: expected X, got Y`. */
export function readOptions(command: string, args: readonly string[], spec: OptionSpec): Given {
  const options = Object.fromEntries(
    Object.entries(spec).map(([name, kind]) => [
      name,
      { type: kind === 'flag' ? 'boolean' : 'string', ...(name === 'help' && { short: 'h' }) } as const,
    ]),
  )
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    if (!Object.hasOwn(spec, token.name)) {
      const flags = Object.keys(spec).map((option) => `--${option}`)
      throw new UsageError(
        `${command}: expected an option that --help lists, got ${quote(token.rawName)}${hint(token.rawName, flags)}`,
      )
    }
    given.set(token.name, valueOf(command, token, spec[token.name]!))
  }
  return { options: given, words }
}

function valueOf(
  command: string,
  { name, value }: { readonly name: string; readonly value?: string | undefined },
  kind: 'value' | 'flag',
): string {
  if (kind === 'flag' && value !== undefined)
    throw new UsageError(`${command}: expected --${name} without a value, got ${quote(value)}`)
  if (kind === 'value' && value === undefined)
    throw new UsageError(`${command}: expected a value after --${name}, got nothing`)
  return value ?? ''
}

export function oneOf<T extends string>(command: string, what: string, text: string, names: readonly T[]): T {
  const found = names.find((name) => name === text)
  if (found !== undefined) return found
  const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
  throw new UsageError(`${command}: expected ${what} of ${list}, got ${quote(text)}${hint(text, names)}`)
}

export function wholeNumber(
  command: string,
  what: string,
  text: string,
  least: number,
  most: number,
): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new UsageError(
    `${command}: expected ${what}, a whole number from ${least} to ${most}, got ${quote(text)}`,
  )
}

export function positiveNumber(command: string, what: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (value > 0 && value < Infinity) return value
  throw new UsageError(`${command}: expected ${what}, a positive number, got ${quote(text)}`)
}

/** A path that looks like an option is a forgotten value. */
export function place(command: string, what: string, text: string): string {
  if (text !== '' && !text.startsWith('--')) return text
  throw new UsageError(`${command}: expected the name of ${what}, got ${quote(text)}`)
}

export function quote(text: string): string {
  return JSON.stringify(text)
}

export function hint(word: string | undefined, candidates: readonly string[]): string {
  const meant = word === undefined ? undefined : nearest(word, candidates)
  return meant === undefined ? '' : `\nhint: did you mean ${meant}?`
}
