/** Selection by indices, and its adjoint. */
import { i32, leave, memoryCopy, when } from '../assembler/index.ts'
import type { Callable, Code, ModuleBuilder, Statement } from '../assembler/index.ts'
import { bytesPerElement, type DType } from '../../../array/index.ts'
import { kernelSignatures, words } from './signatures.ts'
import { addElement, copyWord } from './word.ts'

/** `checkIndices(indices, count, n)`: 0, or 1 + the position of the first index outside [0, n). */
export function defineCheckIndices(module: ModuleBuilder): Callable<'i32'> {
  return module.define('checkIndices', words(3), 'i32', (f, indices, count, n) => [
    f.count(i32.const(0), count.get, 1, (at) => [
      // Negative ones are large when read without sign.
      when(i32.geU(i32.load(i32.add(indices.get, i32.shl(at.get, i32.const(2)))), n.get), [
        leave(i32.add(at.get, i32.const(1))),
      ]),
    ]),
    i32.const(0),
  ])
}

/** `out[b, o, p, i] = x[b, o, indices[b, p], i]` */
export function defineTake(module: ModuleBuilder, bytes: 4 | 8, check: Callable<'i32'>): void {
  const long = i32.const(64 / bytes)
  // memory.copy is a call, which pays for long runs only.
  defineGather(module, `take_${bytes}`, bytes, check, (whole, picked, inner, each) => [
    when(
      i32.geU(inner, long),
      [memoryCopy(picked, whole, i32.mul(inner, i32.const(bytes)))],
      [each((at) => copyWord[bytes](i32.add(picked, at), i32.add(whole, at)))],
    ),
  ])
}

/** `out[b, o, indices[b, p], i] += x[b, o, p, i]`, p ascending */
export function defineScatter(module: ModuleBuilder, type: DType, check: Callable<'i32'>): void {
  defineGather(
    module,
    `scatter_${type}`,
    bytesPerElement[type],
    check,
    (whole, picked, _, each) => [each((at) => addElement[type](i32.add(whole, at), i32.add(picked, at)))],
    true,
  )
}

type Run = (
  whole: Code<'i32'>,
  picked: Code<'i32'>,
  inner: Code<'i32'>,
  /** For the byte offset of every element of a run. */
  each: (inside: (offset: Code<'i32'>) => Statement) => Statement,
) => Statement[]

function defineGather(
  module: ModuleBuilder,
  name: string,
  bytes: number,
  check: Callable<'i32'>,
  run: Run,
  adjoint = false,
): void {
  // One block [n, inner] of the whole side, and one [picked, inner] of the other.
  const block = module.define(
    `${name}_block`,
    words(5),
    'void',
    (f, whole, indices, picks, picked, inner) => {
      const length = f.local('i32')
      const from = f.local('i32')
      return [
        length.set(i32.mul(inner.get, i32.const(bytes))),
        f.count(i32.const(0), picked.get, 1, () => [
          from.set(i32.add(whole.get, i32.mul(i32.load(indices.get), length.get))),
          ...run(from.get, picks.get, inner.get, (inside) =>
            f.count(i32.const(0), length.get, bytes, (at) => [inside(at.get)]),
          ),
          indices.set(i32.add(indices.get, i32.const(4))),
          picks.set(i32.add(picks.get, length.get)),
        ]),
      ]
    },
  )
  module.define(
    name,
    kernelSignatures.take_4.parameters,
    'i32',
    (f, x, indices, out, batches, outer, n, picked, inner) => {
      const bad = f.local('i32')
      const [whole, picks] = adjoint ? [out, x] : [x, out]
      const length = (count: Code<'i32'>): Code<'i32'> => i32.mul(i32.mul(count, inner.get), i32.const(bytes))
      return [
        when(bad.tee(check(indices.get, i32.mul(batches.get, picked.get), n.get)), [leave(bad.get)]),
        f.count(i32.const(0), batches.get, 1, () => [
          f.count(i32.const(0), outer.get, 1, () => [
            block(whole.get, indices.get, picks.get, picked.get, inner.get),
            whole.set(i32.add(whole.get, length(n.get))),
            picks.set(i32.add(picks.get, length(picked.get))),
          ]),
          indices.set(i32.add(indices.get, i32.shl(picked.get, i32.const(2)))),
        ]),
        i32.const(0),
      ]
    },
  )
}
