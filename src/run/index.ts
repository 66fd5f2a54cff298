export {
  available,
  evaluate,
  execute,
  executor,
  setExecutor,
  type ExecutorName,
  type ExecutorOptions,
  type Ran,
} from './executor.ts'
export { interpret } from './interpreter.ts'
export { combineLanes, LANES, multipliesInLanes, reducesInLanes } from './order.ts'
export { explain as explainPlan } from './plan/index.ts'
export { mayChange, overwrite, Program } from './program.ts'
export { Code } from './wasm/code.ts'
export { fillRandom } from './random-fill.ts'
