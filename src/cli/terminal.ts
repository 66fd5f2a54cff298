import { styleText } from 'node:util'

/** Where a command prints; the process's own streams, or a test's. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
  /** Columns of standard output. */
  readonly columns: number
  /** Whether standard output understands colours. */
  readonly colors: boolean
  /** The stream for a progress bar: standard error when it is a terminal. */
  readonly bar?: NodeJS.WritableStream
}

/** The terminal of this process. A reader that closes the pipe early, like `head`, is no error. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return {
    out: (text) => void stdout.write(text),
    error: (text) => void stderr.write(text),
    columns: stdout.columns ?? 100,
    colors: stdout.isTTY === true && env['NO_COLOR'] === undefined,
    ...(stderr.isTTY && { bar: stderr }),
  }
}

/** Colours a text where the terminal can. */
export function paint(
  terminal: Terminal,
  style: 'green' | 'red' | 'yellow' | 'bold' | 'dim',
  text: string,
): string {
  return terminal.colors ? styleText(style, text, { validateStream: false }) : text
}
