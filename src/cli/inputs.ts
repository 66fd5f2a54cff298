import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { glyphs, range, readFolder, type Dataset, type TrainTest } from '../data/index.ts'
import { readModel, readOnnx, type Architecture, type Parameters } from '../nets/index.ts'
import { UsageError } from './usage.ts'

/** Samples of the embedded set. */
const [trainGlyphs, testGlyphs] = [12000, 2000]

/**
 * The data set `glyphs`, or the one in a directory. Its first `count` training samples, when said. Throws UsageError for
 * what cannot be read.
 */
export async function dataNamed(command: string, name: string, count?: number): Promise<TrainTest> {
  if (name === 'glyphs' && !isDirectory(name)) {
    // One fixed set, like one that was downloaded: seeds 1 and 2, whatever the run's.
    return {
      train: glyphs({ count: count ?? trainGlyphs, seed: 1 }),
      test: glyphs({ count: testGlyphs, seed: 2 }),
    }
  }
  return reading(command, async () => {
    const files = readdirSync(name).map((file) => {
      return { name: file, bytes: () => new Uint8Array(readFileSync(path.join(name, file))) }
    })
    const { train, test } = await readFolder(path.basename(path.resolve(name)), files)
    return { train: count === undefined ? train : range(train, 0, Math.min(count, train.labels.size)), test }
  })
}

/** A network from safetensors or ONNX, with its architecture from a JSON file if that is named. */
export function modelNamed(
  command: string,
  file: string,
  architecture?: string,
): Promise<{ readonly architecture: Architecture; readonly parameters: Parameters }> {
  return reading(command, () => {
    const bytes = new Uint8Array(readFileSync(file))
    if (file.endsWith('.onnx')) return readOnnx(bytes)
    return readModel(bytes, architecture === undefined ? undefined : readFileSync(architecture, 'utf8'))
  })
}

/** Refuses samples that the network does not take. */
export function checkFit(command: string, { input }: Architecture, { name, inputs }: Dataset): void {
  const sample = inputs.shape.slice(1)
  if (sample.join() !== input.join())
    throw new UsageError(
      `${command}: expected samples of [${input.join()}], got [${sample.join()}] in ${name}`,
    )
}

/** What a file says, or a UsageError: a damaged or missing one is the caller's mistake. */
export async function reading<T>(command: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const isSystem = error instanceof Error && 'code' in error
    if (error instanceof RangeError || error instanceof TypeError || isSystem)
      throw new UsageError(prefixed(command, (error as Error).message))
    throw error
  }
}

function isDirectory(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function prefixed(command: string, message: string): string {
  return message.startsWith(`${command}: `) ? message : `${command}: ${message}`
}
