import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe } from '../data/index.ts'
import { reading } from './inputs.ts'
import { readOptions } from './options.ts'
import { UsageError } from './usage.ts'
import type { Surroundings } from './verify.ts'

export const dataHelp: string = `glassjaw data info tells what data files hold.

  glassjaw data info FILE…

Formats: IDX (MNIST), CIFAR binary, NPY, NPZ, CSV, safetensors; gzip is read
through.
`

/** Prints the facts of data files. Returns the exit code. */
export async function dataCommand(args: readonly string[], { terminal }: Surroundings): Promise<number> {
  const { options, words } = readOptions('data', args, { help: 'flag' })
  if (options.has('help')) {
    terminal.out(dataHelp)
    return 0
  }
  const [action, ...files] = words
  if (action !== 'info' || files.length === 0)
    throw new UsageError(
      `data: expected info FILE, got ${action === undefined ? 'nothing' : JSON.stringify(words.join(' '))}`,
    )
  for (const file of files) {
    const facts = await reading('data', () =>
      describe({ name: path.basename(file), bytes: () => new Uint8Array(readFileSync(file)) }),
    )
    terminal.out(`${file}\n${facts.map((fact) => `  ${fact}\n`).join('')}`)
  }
  return 0
}
