/** Strided copies and additions over four axes, outermost first. */
import { bytesPerElement, type DType } from '../../../array/index.ts'
import { i32, memoryCopy, when } from '../assembler/index.ts'
import type { Callable, Code, Local, ModuleBuilder, Statement } from '../assembler/index.ts'
import { kernelSignatures, words } from './signatures.ts'
import { addElement, copyWord, type Move } from './word.ts'

export function defineCopy(module: ModuleBuilder, bytes: 4 | 8): void {
  const alike = module.define(`copy_${bytes}_alike`, words(3), 'void', (_, from, to, n) => [
    memoryCopy(to.get, from.get, i32.mul(n.get, i32.const(bytes))),
  ])
  defineMove(module, `copy_${bytes}`, bytes, copyWord[bytes], alike)
}

export function defineAdd(module: ModuleBuilder, type: DType): void {
  defineMove(module, `add_${type}`, bytesPerElement[type], addElement[type])
}

/** `alike(from, to, n)` serves rows that are contiguous on both sides. */
function defineMove(
  module: ModuleBuilder,
  name: string,
  bytes: number,
  one: Move,
  alike?: Callable<'void'>,
): void {
  const strided = module.define(`${name}_row`, words(5), 'void', (f, from, to, n, fromStep, toStep) => [
    f.count(i32.const(0), n.get, 1, () => [
      one(to.get, from.get),
      from.set(i32.add(from.get, fromStep.get)),
      to.set(i32.add(to.get, toStep.get)),
    ]),
  ])
  module.define(
    name,
    kernelSignatures.copy_4.parameters,
    'void',
    (f, from, to, n0, n1, n2, n3, f0, f1, f2, f3, t0, t1, t2, t3) => {
      const contiguous = i32.and(i32.eq(f3.get, i32.const(bytes)), i32.eq(t3.get, i32.const(bytes)))
      const row = (source: Code<'i32'>, target: Code<'i32'>): Statement[] => {
        const any = strided(source, target, n3.get, f3.get, t3.get)
        return alike ? [when(contiguous, [alike(source, target, n3.get)], [any])] : [any]
      }
      const nest = (
        axes: readonly (readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>])[],
        source: Code<'i32'>,
        target: Code<'i32'>,
      ): Statement[] => {
        const [axis, ...inner] = axes
        if (!axis) return row(source, target)
        const [n, fromStep, toStep] = axis
        const [at, setAt] = f.let(source)
        const [to, setTo] = f.let(target)
        return [
          setAt,
          setTo,
          f.count(i32.const(0), n.get, 1, () => [
            ...nest(inner, at.get, to.get),
            at.set(i32.add(at.get, fromStep.get)),
            to.set(i32.add(to.get, toStep.get)),
          ]),
        ]
      }
      return nest(
        [
          [n0, f0, t0],
          [n1, f1, t1],
          [n2, f2, t2],
        ],
        from.get,
        to.get,
      )
    },
  )
}
