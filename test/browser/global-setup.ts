import type { TestProject } from 'vitest/node'
import { hashes } from './bits.ts'
import { compiledHashes } from './compiled-bits.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    hashesInNode: Record<string, number>
    compiledInNode: Record<'compiled' | 'interpreted', Record<string, number>>
  }
}

/** Runs in Node before the pages open. */
export default function setup(project: TestProject): void {
  project.provide('hashesInNode', hashes())
  project.provide('compiledInNode', {
    compiled: compiledHashes('compile'),
    interpreted: compiledHashes('interpret'),
  })
}
