export * from './code.ts'
export * from './instructions.ts'
export { ModuleBuilder, type Callable, type FunctionBuilder, type Signature } from './module.ts'
