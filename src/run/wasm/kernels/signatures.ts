/**
 * The kernels by name. Addresses and strides count bytes, sizes count elements, and all of them are unsigned 32-bit integers. A matrix
 * is the address of its first element with the strides between rows and between columns.
 *
 *     pack(b, rowBytes, columnBytes, packed, k, n)
 *     multiply(a, rowBytes, columnBytes, packed, c, m, k, n, work)
 *     direct(a, rowBytes, columnBytes, b, bRowBytes, c, m, k, n)
 *     matvec(w, rowBytes, x, y, m, k)
 *     matvecStrided(w, rowBytes, columnBytes, x, xBytes, y, m, k)
 *     rows(a, rowBytes, columnBytes, b, bRowBytes, c, m, k, n)
 *     copy(from, to, n0, n1, n2, n3, f0, f1, f2, f3, t0, t1, t2, t3)
 *     add(the same)
 *     take(x, indices, out, batches, outer, n, picked, inner)
 *     scatter(the same)
 *     philox(out, blocks, c0, c1, c2, c3, k0, k1)
 *     uniform, normal(the same)
 *     rademacher(out, n, c0, c1, c2, c3, k0, k1)
 */

type Words<N extends number, W extends readonly 'i32'[] = readonly []> = W['length'] extends N
  ? W
  : Words<N, readonly [...W, 'i32']>

/** The types of so many integer parameters. */
export function words<N extends number>(count: N): Words<N> {
  return Array.from({ length: count }, () => 'i32') as unknown as Words<N>
}

interface Kernel<N extends number, R extends 'void' | 'i32' = 'void'> {
  readonly parameters: Words<N>
  readonly result: R
}

function kernel<N extends number>(count: N): Kernel<N> {
  return { parameters: words(count), result: 'void' }
}

function test<N extends number>(count: N): Kernel<N, 'i32'> {
  return { parameters: words(count), result: 'i32' }
}

export interface KernelSignatures {
  /** All of B, [k,n], as panels of neighbouring columns. */
  readonly pack_f32: Kernel<6>
  readonly pack_f64: Kernel<6>
  /** Some rows of C = A·B, with B packed; `work` has room for `workBytes`. */
  readonly multiply_f32: Kernel<9>
  readonly multiply_f64: Kernel<9>
  /** Some rows of C = A·B, B as it lies in memory, with neighbouring columns. */
  readonly direct_f32: Kernel<9>
  readonly direct_f64: Kernel<9>
  /** The same for few rows, with B going through the caches once. */
  readonly rows_f32: Kernel<9>
  readonly rows_f64: Kernel<9>
  /** y = W·x in lanes; neighbours in a row of W and in x lie side by side. */
  readonly matvec_f32: Kernel<6>
  readonly matvec_f64: Kernel<6>
  /** The same, of anything. */
  readonly matvecStrided_f32: Kernel<8>
  readonly matvecStrided_f64: Kernel<8>
  /** to[t·i] = from[f·i] over four axes, words of 4 or 8 bytes. */
  readonly copy_4: Kernel<14>
  readonly copy_8: Kernel<14>
  /** to[t·i] += from[f·i], in row-major order of i. */
  readonly add_f32: Kernel<14>
  readonly add_f64: Kernel<14>
  readonly add_i32: Kernel<14>
  /** GatherKernel; 0, or 1 + the position of the first index out of range, and then nothing is written. */
  readonly take_4: Kernel<8, 'i32'>
  readonly take_8: Kernel<8, 'i32'>
  /** Its adjoint; `out` has to be zeros. */
  readonly scatter_f32: Kernel<8, 'i32'>
  readonly scatter_f64: Kernel<8, 'i32'>
  readonly scatter_i32: Kernel<8, 'i32'>
  /** Blocks of four words from the counter c0 + 2³² c1 on; the others of 16 bytes a block, too. */
  readonly philox: Kernel<8>
  readonly uniform: Kernel<8>
  readonly normal: Kernel<8>
  /** n signs in f64. */
  readonly rademacher: Kernel<8>
}

export type KernelName = keyof KernelSignatures

export const kernelSignatures: KernelSignatures = {
  pack_f32: kernel(6),
  pack_f64: kernel(6),
  multiply_f32: kernel(9),
  multiply_f64: kernel(9),
  direct_f32: kernel(9),
  direct_f64: kernel(9),
  matvec_f32: kernel(6),
  matvec_f64: kernel(6),
  matvecStrided_f32: kernel(8),
  matvecStrided_f64: kernel(8),
  rows_f32: kernel(9),
  rows_f64: kernel(9),
  copy_4: kernel(14),
  copy_8: kernel(14),
  add_f32: kernel(14),
  add_f64: kernel(14),
  add_i32: kernel(14),
  take_4: test(8),
  take_8: test(8),
  scatter_f32: test(8),
  scatter_f64: test(8),
  scatter_i32: test(8),
  philox: kernel(8),
  uniform: kernel(8),
  normal: kernel(8),
  rademacher: kernel(8),
}
