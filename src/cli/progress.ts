import { SingleBar } from 'cli-progress'
import { formatCount, formatSeconds } from '../report/numbers.ts'
import type { Terminal } from './terminal.ts'

/** What a claim has decided so far, as the runner tells it. */
export interface ClaimProgress {
  readonly claim: string
  readonly trials: number
  readonly decided: number
  readonly total: number
}

/** Shows how far a run is. */
export interface ProgressView {
  update(progress: ClaimProgress): void
  stop(): void
}

/** A bar where standard error is a terminal, plain lines otherwise. `total` counts predictions and controls of all claims. */
export function progressView(terminal: Terminal, total: number): ProgressView {
  return terminal.bar ? bar(terminal.bar, total) : lines(terminal, total)
}

function bar(stream: NodeJS.WritableStream, total: number): ProgressView {
  const known = tally()
  const single = new SingleBar({
    format: '{bar} {value} of {total} decided, {trials} trials, {duration_formatted}',
    ...{ stream, barsize: 24, barCompleteChar: '█', barIncompleteChar: '░' },
    // Interruptions are the command's business, and time goes on when nothing is decided.
    ...{ clearOnComplete: true, gracefulExit: false, forceRedraw: true, fps: 8 },
  })
  single.start(total, 0, { trials: 0 })
  return {
    update(progress) {
      const { decided, trials } = known.add(progress)
      single.update(decided, { trials: formatCount(trials) })
    },
    stop: () => single.stop(),
  }
}

/** One line per tenth of the predictions and one per finished claim: what a log can hold. */
function lines(terminal: Terminal, total: number): ProgressView {
  const known = tally()
  const start = performance.now()
  let tenths = 0
  terminal.error(`verify: ${total} predictions and controls to decide\n`)
  const print = (text: string): void =>
    terminal.error(`verify: ${text}, ${formatSeconds((performance.now() - start) / 1000)}\n`)
  return {
    update(progress) {
      const finished = progress.decided === progress.total && !known.finished(progress.claim)
      const { decided, trials } = known.add(progress)
      if (finished) {
        print(`${progress.claim}: all ${progress.total} decided, ${formatCount(progress.trials)} trials`)
      }
      const reached = Math.floor((10 * decided) / total)
      if (reached > tenths)
        print(`${reached * 10}% decided (${decided} of ${total}), ${formatCount(trials)} trials`)
      tenths = reached
    },
    stop: () => undefined,
  }
}

interface Tally {
  add(progress: ClaimProgress): { readonly decided: number; readonly trials: number }
  finished(claim: string): boolean
}

function tally(): Tally {
  const claims = new Map<string, ClaimProgress>()
  const sum = (of: (progress: ClaimProgress) => number): number =>
    [...claims.values()].reduce((all, one) => all + of(one), 0)
  return {
    add(progress) {
      claims.set(progress.claim, progress)
      return { decided: sum(({ decided }) => decided), trials: sum(({ trials }) => trials) }
    },
    finished: (claim) => claims.get(claim)?.decided === claims.get(claim)?.total && claims.has(claim),
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
