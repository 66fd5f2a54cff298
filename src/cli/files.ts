import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { UsageError } from './usage.ts'

/** A place that was found writable before the run. */
export interface Destination {
  readonly path: string
  /** Writes all of it or nothing: a reader never sees half a file, and a failure leaves the old one. */
  write(content: string | Uint8Array): void
}

/** Checks that a file can be written, without touching it. Throws UsageError when it cannot. */
export function fileDestination(file: string, command: string = 'verify'): Destination {
  return attempt<Destination>(command, `a file that can be written for ${JSON.stringify(file)}`, () => {
    const status = statSync(file, { throwIfNoEntry: false })
    if (status?.isDirectory()) throw new Error('a folder')
    // A pipe or device cannot be replaced by a file of the same name: it is written to directly.
    if (status && !status.isFile()) {
      accessSync(file, constants.W_OK)
      return { path: file, write: (content) => writeFileSync(file, content) }
    }
    const target = status ? realpathSync(file) : path.resolve(file)
    probe(target)
    return { path: file, write: (content) => replaceFile(target, content) }
  })
}

/** Makes a folder, and checks that these files can be written into it. Throws UsageError when they cannot. */
export function folderDestinations(
  folder: string,
  names: readonly string[],
  command: string = 'verify',
): Destination[] {
  attempt(command, `a folder that can be written for ${JSON.stringify(folder)}`, () =>
    mkdirSync(folder, { recursive: true }),
  )
  return names.map((name) => fileDestination(path.join(folder, name), command))
}

function replaceFile(target: string, content: string | Uint8Array): void {
  const beside = temporaryName(target)
  try {
    writeFileSync(beside, content)
    renameSync(beside, target)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

function probe(target: string): void {
  const beside = temporaryName(target)
  closeSync(openSync(beside, 'w'))
  rmSync(beside)
}

function temporaryName(target: string): string {
  return path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.tmp`)
}

function attempt<T>(command: string, expected: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw new UsageError(
      `${command}: expected ${expected}, got ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
