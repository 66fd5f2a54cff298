import type { DevicesRequest } from './arguments.ts'
import { fileDestination } from './files.ts'
import type { Terminal } from './terminal.ts'
import { pad, wrap } from './text.ts'
import { UsageError } from './usage.ts'

/** Lists where kernels can run here, and how fast. Returns the exit code. */
export async function devicesCommand({ json }: DevicesRequest, terminal: Terminal): Promise<number> {
  const file = json === undefined || json === '-' ? undefined : fileDestination(json, 'devices')
  const { devices } = await import('../../kernels/index.ts')
  const reports = await devices().catch((error: Error) => {
    // The one thing that can be put right: a package that is missing.
    throw new UsageError(error.message)
  })
  const text = `${JSON.stringify({ devices: reports }, undefined, 2)}\n`
  const lines = reports.flatMap(({ mode, works, why, gflops }) => {
    const [first, ...more] = wrap(works ? `${gflops!.toPrecision(3)} GFLOP/s` : why!, terminal.columns - 12)
    return [
      `${works ? '✓' : '✗'} ${pad(mode, 8)}  ${first}`,
      ...more.map((line) => `${' '.repeat(12)}${line}`),
    ]
  })
  const print = json === '-' ? terminal.error : terminal.out
  print(`${lines.join('\n')}\n`)
  if (json === '-') terminal.out(text)
  file?.write(text)
  return 0
}
