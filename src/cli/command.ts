import { replay, type Claim, type ReplayedTrial } from '../../proofs-check/index.ts'
import { attackCommand, radiusCommand } from './attack.ts'
import { readArguments, type otherCommands } from './arguments.ts'
import { dataCommand } from './data.ts'
import { devicesCommand } from './devices.ts'
import { mergeCommand } from './merge.ts'
import { newClaimCommand } from './new-claim.ts'
import { ownClaims } from './own-claims.ts'
import { spectrumCommand } from './spectrum.ts'
import { wrap } from './text.ts'
import { trainCommand } from './train.ts'
import { help, UsageError } from './usage.ts'
import { verifyCommand, type Surroundings } from './verify.ts'

/** Runs the command line. Prints what it has to say and returns the exit code; it never throws. */
export async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { suite, terminal, maker } = surroundings
  try {
    const [first = '', ...rest] = args
    const other = Object.hasOwn(commands, first) ? commands[first as keyof typeof commands] : undefined
    if (other) return await other(rest, surroundings)
    const request = readArguments(
      args,
      suite.map(({ id }) => id),
    )
    const own = 'own' in request ? await ownClaims('verify', request.own ?? []) : []
    switch (request.action) {
      case 'help':
        terminal.out(help)
        return 0
      case 'version':
        terminal.out(`${maker.version}\n`)
        return 0
      case 'list':
        terminal.out([...suite, ...own].map((claim) => listed(claim, terminal.columns)).join('\n'))
        return 0
      case 'replay':
        terminal.out(replayed(await replayTrial([...own, ...suite], request.token)))
        return 0
      case 'devices':
        return await devicesCommand(request, terminal)
      case 'verify':
        return await verifyCommand(request, own, surroundings)
      case 'merge':
        return await mergeCommand(request, own, surroundings)
      case 'new-claim':
        return newClaimCommand(request.name, terminal)
    }
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.error(`${error.message}\n`)
      return 2
    }
    // A run that broke off has decided nothing; where it broke off is worth a stack.
    terminal.error(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return 3
  }
}

/** Commands that read their own options. */
const commands: Readonly<
  Record<
    (typeof otherCommands)[number],
    (args: readonly string[], surroundings: Surroundings) => Promise<number>
  >
> = {
  ...{ train: trainCommand, spectrum: spectrumCommand, data: dataCommand },
  ...{ attack: attackCommand, radius: radiusCommand },
}

async function replayTrial(suite: readonly Claim[], token: string): Promise<ReplayedTrial> {
  try {
    return await replay(suite, token)
  } catch (error) {
    // What is wrong with a token, or names nothing that exists, is the caller's mistake.
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
}

function replayed({ claim, variant, cell, seed, trial, measurement }: ReplayedTrial): string {
  const names = Object.keys(measurement)
  const width = Math.max(...names.map(({ length }) => length))
  const where = variant === null ? claim : `${claim}, control ${variant}`
  return [
    `Trial ${trial} of ${where}, cell ${cell}, seed ${seed}: an illustration, not evidence.`,
    ...names.map((name) => `  ${name.padEnd(width)}  ${measurement[name]}`),
    '',
  ].join('\n')
}

function listed({ id, title, source, expected, predictions, controls }: Claim, columns: number): string {
  const width = Math.min(100, Math.max(60, columns)) - 2
  const lines = [
    title,
    `${source.kind}: ${source.where}`,
    `expected ${expected}; ${predictions.length} predictions, ${controls.length} controls`,
  ]
  return `${id}\n${lines.flatMap((line) => wrap(line, width).map((text) => `  ${text}\n`)).join('')}`
}
