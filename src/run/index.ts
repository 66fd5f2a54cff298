export { evaluate, interpret } from './interpreter.ts'
export { combineLanes, LANES, multipliesInLanes, reducesInLanes } from './order.ts'
