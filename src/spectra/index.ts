/** Spectra of networks: empirical and infinite-width kernels, Mercer eigenvalues, curvature of the loss. */
export { arcCosine } from './arc-cosine.ts'
export { curvature, jacobianSingularValues } from './curvature.ts'
export { conjugateKernel, ntk, ntkOperator, type KernelOptions } from './empirical.ts'
export { infiniteWidth, type InfiniteWidthOptions } from './infinite-width.ts'
export { bordered, mercer, schurComplement } from './mercer.ts'
