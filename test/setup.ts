import fc from 'fast-check'
import type { ExecutorName } from '../src/index.ts'

/** Fixed seed by default; `SEED=random` explores, `SEED=123` repeats. The seed is printed with every failure by fast-check. */
const wanted = process.env['SEED']
const seed = wanted === undefined ? 20260101 : wanted === 'random' ? Date.now() & 0x7fffffff : Number(wanted)
fc.configureGlobal({ seed })

/** `EXECUTOR=interpret` runs all tests by the interpreter, `EXECUTOR=compile` compiles whatever they run, however small. */
const executor = process.env['EXECUTOR']
if (executor !== undefined) {
  const { setExecutor } = await import('../src/index.ts')
  setExecutor(executor as ExecutorName, { always: true })
}
