import { readFileSync } from 'node:fs'
import { suite } from '../../proofs-check/index.ts'
import { runCommand } from './command.ts'
import { processTerminal } from './terminal.ts'

const interruption = new AbortController()
// The first Ctrl-C ends the run with what was found; with the listener gone, a second one kills.
process.once('SIGINT', () => interruption.abort())

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

process.exitCode = await runCommand(process.argv.slice(2), {
  suite,
  terminal: processTerminal(),
  maker: { version, runtime: `Node ${process.versions.node}` },
  signal: interruption.signal,
  worker: new URL('./worker.js', import.meta.url),
})
