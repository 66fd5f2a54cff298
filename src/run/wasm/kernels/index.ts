export { buildKernels, groupOf, type KernelGroup } from './module.ts'
export { kernelSignatures, type KernelName, type KernelSignatures } from './signatures.ts'
export { least } from './tools.ts'
export {
  asOneProduct,
  BLOCK_ROWS,
  matmulRoute,
  matmulWorkspace,
  packedBytes,
  workBytes,
  type MatmulRoute,
} from './workspace.ts'
