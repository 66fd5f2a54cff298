export * from './code.ts'
export { ModuleBuilder, type Callable, type FunctionBuilder, type Signature } from './module.ts'
export * from './scalars.ts'
export * from './vectors.ts'
