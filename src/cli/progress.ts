import { SingleBar } from 'cli-progress'
import type { Progress, Settled } from '../../proofs-check/index.ts'
import { formatCount, formatSeconds } from '../report/numbers.ts'
import { outcomeOf, signOf } from '../report/words.ts'
import type { Terminal } from './terminal.ts'

/** Shows how far a run is. */
export interface ProgressView {
  update(progress: Progress): void
  stop(): void
}

/**
 * A bar with the time left where standard error is a terminal, plain lines otherwise; verdicts as they settle. `total`
 * counts predictions and controls of all claims.
 */
export function progressView(terminal: Terminal, total: number, command: string = 'verify'): ProgressView {
  const known = tally(total)
  return terminal.bar ? bar(terminal.bar, total, known) : lines(terminal, total, known, command)
}

function bar(stream: NodeJS.WritableStream, total: number, known: Tally): ProgressView {
  const single = new SingleBar({
    format: '{bar} {value} of {total} decided, {trials} trials, {duration_formatted}{left}',
    ...{ stream, barsize: 24, barCompleteChar: '█', barIncompleteChar: '░' },
    // Interruptions are the command's business, and time goes on when nothing is decided.
    ...{ clearOnComplete: true, gracefulExit: false, forceRedraw: true, fps: 8 },
  })
  single.start(total, 0, { trials: 0, left: '' })
  return {
    update(progress) {
      // Written where the bar stands, which is drawn again below.
      for (const one of progress.settled) stream.write(`\r\u001b[K${settledInWords(progress.claim, one)}\n`)
      const { decided, trials, left } = known.add(progress)
      const shown = left === undefined ? '' : `, about ${formatSeconds(left)} left`
      single.update(decided, { trials: formatCount(trials), left: shown })
    },
    stop: () => single.stop(),
  }
}

/**
 * What a log can hold: one line per tenth of the predictions, one per finished claim, and one for every verdict that is
 * not the expected one.
 */
function lines(terminal: Terminal, total: number, known: Tally, command: string): ProgressView {
  let tenths = 0
  terminal.error(`${command}: ${total} predictions and controls to decide\n`)
  const print = (text: string): void =>
    terminal.error(`${command}: ${text}, ${formatSeconds(known.seconds())}\n`)
  return {
    update(progress) {
      const finished = progress.decided === progress.total && !known.finished(progress.claim)
      for (const one of progress.settled)
        if (outcomeOf(one.verdict, one.expected) !== 'expected')
          terminal.error(`${command}: ${settledInWords(progress.claim, one)}\n`)
      const { decided, trials, left } = known.add(progress)
      if (finished) {
        print(`${progress.claim}: all ${progress.total} decided, ${formatCount(progress.trials)} trials`)
      }
      const reached = Math.floor((10 * decided) / total)
      const rest = left === undefined || reached === 10 ? '' : `, about ${formatSeconds(left)} left`
      if (reached > tenths)
        print(`${reached * 10}% decided (${decided} of ${total})${rest}, ${formatCount(trials)} trials`)
      tenths = reached
    },
    stop: () => undefined,
  }
}

/** One verdict in a line of at most 100 characters. */
function settledInWords(claim: string, { id, says, verdict, expected }: Settled): string {
  const sign = signOf(outcomeOf(verdict, expected))
  const control = expected === 'refuted' ? 'control ' : ''
  const line = `${sign} ${verdict}  ${claim}: ${control}${says === '' ? id : says}`
  return line.length <= 100 ? line : `${line.slice(0, 99)}…`
}

interface Tally {
  add(progress: Progress): { readonly decided: number; readonly trials: number; readonly left?: number }
  finished(claim: string): boolean
  seconds(): number
}

/** The time left supposes that what is open runs to its cap at the pace so far: most of it ends earlier. */
function tally(total: number): Tally {
  const start = performance.now()
  const claims = new Map<string, Progress>()
  const sum = (of: (progress: Progress) => number): number =>
    [...claims.values()].reduce((all, one) => all + of(one), 0)
  const seconds = (): number => (performance.now() - start) / 1000
  return {
    add(progress) {
      claims.set(progress.claim, progress)
      const behind = sum(({ share, total }) => share * total) / total
      const left = (seconds() * (1 - behind)) / behind
      const counts = { decided: sum(({ decided }) => decided), trials: sum(({ trials }) => trials) }
      return behind > 0.02 && seconds() > 2 ? { ...counts, left } : counts
    },
    finished: (claim) => claims.get(claim)?.decided === claims.get(claim)?.total && claims.has(claim),
    seconds,
  }
}

/** Shows how many steps are done, with the time left. */
export interface StepBar {
  update(done: number, total: number, note: string): void
  stop(): void
}

/** A bar where standard error is a terminal, a line for every tenth otherwise. */
export function stepBar(terminal: Terminal, command: string): StepBar {
  if (!terminal.bar) {
    let tenths = 0
    return {
      update(done, total, note) {
        const reached = Math.floor((10 * done) / total)
        if (reached > tenths)
          terminal.error(`${command}: ${reached * 10}% (${done} of ${total})${note && `, ${note}`}\n`)
        tenths = reached
      },
      stop: () => undefined,
    }
  }
  const single = new SingleBar({
    format: `{bar} {value} of {total}, {eta_formatted} left {note}`,
    ...{ stream: terminal.bar, barsize: 24, barCompleteChar: '█', barIncompleteChar: '░' },
    ...{ clearOnComplete: true, gracefulExit: false, fps: 8 },
  })
  let started = false
  return {
    update(done, total, note) {
      if (!started) single.start(total, done, { note })
      started = true
      single.update(done, { note })
    },
    stop: () => single.stop(),
  }
}
