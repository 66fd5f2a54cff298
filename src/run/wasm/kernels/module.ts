/** The module that all tapes of a thread share: it becomes hot once. */
import { ModuleBuilder } from '../assembler/index.ts'
import { defineAdd, defineCopy } from './copy.ts'
import { defineDirect } from './direct.ts'
import { double, single, type Element } from './element.ts'
import { defineCheckIndices, defineScatter, defineTake } from './gather.ts'
import { defineMultiply } from './multiply.ts'
import { definePack } from './pack.ts'
import { defineRandom } from './random.ts'
import { defineMatvec, defineMatvecStrided } from './lanes.ts'
import { defineRows } from './rows.ts'
import { STRIP } from './workspace.ts'

/** Its bytes. It imports the memory `env.memory` and exports the functions of signatures.ts. */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  return buildKernels().bytes()
}

export function buildKernels(): ModuleBuilder {
  const module = new ModuleBuilder()
  module.importMemory('env', 'memory')
  for (const e of [single, double]) defineProducts(module, e)
  for (const bytes of [4, 8] as const) defineCopy(module, bytes)
  for (const type of ['f32', 'f64', 'i32'] as const) defineAdd(module, type)
  const check = defineCheckIndices(module)
  for (const bytes of [4, 8] as const) defineTake(module, bytes, check)
  for (const type of ['f32', 'f64', 'i32'] as const) defineScatter(module, type, check)
  defineRandom(module)
  return module
}

function defineProducts(module: ModuleBuilder, e: Element): void {
  const pack = definePack(module, `pack_${e.type}`, e, 2)
  // A tile's rows of A are packed as the columns of its transpose.
  const packA = STRIP === 2 * e.lanes ? pack : definePack(module, `packRows_${e.type}`, e, STRIP / e.lanes)
  defineMultiply(module, e, packA)
  defineDirect(module, e)
  defineMatvec(module, e)
  defineMatvecStrided(module, e, defineRows(module, e))
}
