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
export { checkArguments, interpret } from './interpreter.ts'
export { combineLanes, LANES, multipliesInLanes, reducesInLanes } from './order.ts'
export {
  collapse,
  draftOf,
  explain as explainPlan,
  reads,
  writes,
  type Draft,
  type GatherStep,
  type HostStep,
  type MapStep,
  type MatmulStep,
  type MovePiece,
  type MoveStep,
  type ReduceStep,
  type Step,
  type View,
} from './plan/index.ts'
export { mayChange, overwrite, Program } from './program.ts'
export { Code } from './wasm/code.ts'
export { fillRandom } from './random-fill.ts'
export type { Part } from './sums.ts'
export { withWorkspace, type Workspace } from './workspace.ts'
