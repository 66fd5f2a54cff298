import { appendFileSync, closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync } from 'node:fs'
import {
  blockKey,
  differenceOf,
  readBlock,
  readHeader,
  writeBlock,
  writeLine,
  type Block,
  type JournalHeader,
  type Measurement,
  type Task,
} from '../../proofs-check/index.ts'
import { UsageError } from './usage.ts'

/** Where a block's line is in a journal. Of the measurements themselves nothing is kept in memory. */
interface Place {
  readonly at: number
  readonly length: number
  readonly line: number
  /** The line's checksum: two lines of one block must be the same. */
  readonly sum: string
}

/** A journal that blocks are looked up in. */
export interface JournalFile {
  readonly file: string
  readonly header: JournalHeader
  /** Blocks that it holds, by name. */
  readonly places: ReadonlyMap<string, Place>
  find(task: Task): readonly Measurement[] | undefined
  close(): void
}

/** A journal that a run writes. */
export interface WritableJournal extends JournalFile {
  record(block: Block): void
}

/**
 * Opens a journal to be read. Throws UsageError for a file that cannot be read, is no journal, or has a damaged line,
 * which it names; a last line without its end was torn and is left out.
 */
export function readJournal(command: string, file: string): JournalFile {
  const fd = opened(command, file, 'r')
  const { header, places } = scanned(command, file, fd)
  if (header === undefined)
    throw new UsageError(`${command}: expected a journal in ${file}, got no whole line`)
  return { file, header, places, find: finder(fd, header, places), close: () => closeSync(fd) }
}

/**
 * Opens the journal of a run, which goes on behind its last whole line. Throws UsageError when there is a journal
 * already and the run is not to be resumed, or when it is another run's.
 */
export function openJournal(
  command: string,
  file: string,
  header: JournalHeader,
  resume: boolean,
): WritableJournal {
  const before = statSync(file, { throwIfNoEntry: false })
  if (before && !before.isFile())
    throw new UsageError(`${command}: expected a file for the journal, got ${file}`)
  if (before && before.size > 0 && !resume)
    throw new UsageError(
      `${command}: expected a new file for the journal, got ${file}, which there is already\n` +
        'hint: --resume goes on from it',
    )
  const fd = opened(command, file, 'a+')
  const { header: found, places, end } = scanned(command, file, fd)
  const first = `${writeLine(header)}\n`
  if (found === undefined) {
    // A first line that was torn may be begun again; another file may not.
    const start = text(fd, 0, Math.min(fstatSync(fd).size, 2 * Buffer.byteLength(first)))
    if (!first.startsWith(start))
      throw new UsageError(`${command}: expected a journal in ${file}, got another file`)
  } else {
    const difference = differenceOf(found, header)
    if (difference !== undefined)
      throw new UsageError(`${command}: ${difference}, in ${file}\nhint: name another file`)
  }
  ftruncateSync(fd, end)
  let at = end
  let line = places.size + 1
  if (found === undefined) {
    appendFileSync(fd, first)
    at += Buffer.byteLength(first)
  }
  return {
    ...{ file, header, places, find: finder(fd, header, places), close: () => closeSync(fd) },
    record(block) {
      const written = writeBlock(block)
      const length = Buffer.byteLength(written)
      appendFileSync(fd, `${written}\n`)
      places.set(blockKey(block.task), { at, length, line: ++line, sum: written.slice(0, 16) })
      at += length + 1
    },
  }
}

function opened(command: string, file: string, flags: 'r' | 'a+'): number {
  try {
    return openSync(file, flags)
  } catch (error) {
    throw new UsageError(
      `${command}: expected a journal that can be ${flags === 'r' ? 'read' : 'written'} in ${file}, got ${(error as Error).message}`,
    )
  }
}

function finder(
  fd: number,
  { seed }: JournalHeader,
  places: ReadonlyMap<string, Place>,
): JournalFile['find'] {
  return (task) => {
    const place = places.get(blockKey(task))
    return place && readBlock(text(fd, place.at, place.length), seed).measurements
  }
}

function text(fd: number, at: number, length: number): string {
  const bytes = Buffer.alloc(length)
  let read = 0
  while (read < length) {
    const more = readSync(fd, bytes, read, length - read, at + read)
    if (more === 0) break
    read += more
  }
  return bytes.toString('utf8', 0, read)
}

interface Scanned {
  readonly header: JournalHeader | undefined
  readonly places: Map<string, Place>
  /** Where the last whole line ends. */
  readonly end: number
}

function scanned(command: string, file: string, fd: number): Scanned {
  const places = new Map<string, Place>()
  let header: JournalHeader | undefined
  let number = 0
  const end = eachLine(fd, (line, at, length) => {
    number += 1
    try {
      if (header === undefined) {
        header = readHeader(line)
        return
      }
      const key = blockKey(readBlock(line, header.seed).task)
      const place = { at, length, line: number, sum: line.slice(0, 16) }
      const before = places.get(key)
      if (before && before.sum !== place.sum)
        throw new RangeError(`expected what line ${before.line} says of the same trials`)
      places.set(key, place)
    } catch (error) {
      const reason = error instanceof RangeError ? error.message : 'expected a block of measurements'
      throw new UsageError(`${command}: ${reason}, got line ${number} of ${file}, which is damaged`)
    }
  })
  return { header, places, end }
}

/** Calls back with every line that has its end; the rest is what was torn. Returns where that begins. */
function eachLine(fd: number, visit: (line: string, at: number, length: number) => void): number {
  const chunk = Buffer.alloc(1 << 20)
  let pieces: Buffer[] = []
  let start = 0
  for (let at = 0; ;) {
    const read = readSync(fd, chunk, 0, chunk.length, at)
    if (read === 0) return start
    let from = 0
    for (let to = chunk.indexOf(10); to >= 0 && to < read; to = chunk.indexOf(10, from)) {
      const bytes = Buffer.concat([...pieces, chunk.subarray(from, to)])
      pieces = []
      visit(bytes.toString('utf8'), start, bytes.length)
      start += bytes.length + 1
      from = to + 1
    }
    pieces.push(Buffer.from(chunk.subarray(from, read)))
    at += read
  }
}
