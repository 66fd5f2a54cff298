import type { Terminal } from '../../src/cli/terminal.ts'

/** A terminal that keeps what was printed. */
export interface Recorded extends Terminal {
  readonly printed: { out: string; error: string }
}

export function recorded(columns = 80): Recorded {
  const printed = { out: '', error: '' }
  return {
    printed,
    columns,
    colors: false,
    out: (text) => void (printed.out += text),
    error: (text) => void (printed.error += text),
  }
}
