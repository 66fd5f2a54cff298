/** The modules that all tapes of a thread share: they become hot once. */
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
import type { KernelName } from './signatures.ts'
import { STRIP } from './workspace.ts'

/** Kernels that are made together, when the first of them is needed: assembling all takes a while in a process that has just begun. */
export type KernelGroup = 'productsF32' | 'productsF64' | 'moves' | 'random'

const groups: Readonly<Record<KernelGroup, (module: ModuleBuilder) => void>> = {
  productsF32: (module) => defineProducts(module, single),
  productsF64: (module) => defineProducts(module, double),
  moves: defineMoves,
  random: defineRandom,
}

/** The group that a kernel is made with. */
export function groupOf(name: KernelName): KernelGroup {
  if (!name.includes('_')) return 'random'
  if (/^(copy|add|take|scatter)_/.test(name)) return 'moves'
  return name.endsWith('_f32') ? 'productsF32' : 'productsF64'
}

/** A module of some groups, or of all: it imports the memory `env.memory` and exports the functions of signatures.ts. */
export function buildKernels(
  names: readonly KernelGroup[] = Object.keys(groups) as KernelGroup[],
): ModuleBuilder {
  const module = new ModuleBuilder()
  module.importMemory('env', 'memory')
  for (const name of names) groups[name](module)
  return module
}

function defineMoves(module: ModuleBuilder): void {
  for (const bytes of [4, 8] as const) defineCopy(module, bytes)
  for (const type of ['f32', 'f64', 'i32'] as const) defineAdd(module, type)
  const check = defineCheckIndices(module)
  for (const bytes of [4, 8] as const) defineTake(module, bytes, check)
  for (const type of ['f32', 'f64', 'i32'] as const) defineScatter(module, type, check)
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
