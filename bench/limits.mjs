/** What the machine can do at best, measured by small WebAssembly modules: nothing that runs as WebAssembly goes faster. */
import { brIf, f32x4, f64x2, i32, loop, ModuleBuilder, v128 } from '../dist/src/run/wasm/assembler/index.js'
import { splat32, splat64 } from '../dist/src/run/wasm/assembler/index.js'
import { noise } from './numbers.mjs'

const kinds = {
  f32: { lanes: 4, vector: f32x4, splat: splat32, Data: Float32Array, round: Math.fround },
  f64: { lanes: 2, vector: f64x2, splat: splat64, Data: Float64Array, round: (x) => x },
}

/** The functions of a module over a memory of that many bytes. */
function instantiate(define, bytes) {
  const module = new ModuleBuilder()
  module.importMemory('host', 'memory')
  define(module)
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536), maximum: 65536 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { host: { memory } })
  return { ...instance.exports, buffer: memory.buffer }
}

/** Statements again and again, `count` times. */
function times(count, inside) {
  return loop((again) => [...inside, brIf(again, count.tee(i32.sub(count.get, i32.const(1))))])
}

const CHAINS = 12
const [FACTOR, TERM] = [0.75, 0.5]

/** `chains(n)`: twelve independent c = c·s + d in registers, n steps, then one vector of their sum at address 0. */
function chainsModule({ vector, splat }) {
  const define = (module) =>
    module.define('chains', ['i32'], 'void', (f, count) => {
      const [s, setS] = f.let(splat(FACTOR))
      const [d, setD] = f.let(splat(TERM))
      const chains = Array.from({ length: CHAINS }, (_, i) => f.let(splat(i)))
      const steps = chains.map(([c]) => c.set(vector.add(vector.mul(c.get, s.get), d.get)))
      const total = chains.map(([c]) => c.get).reduce((sum, c) => vector.add(sum, c))
      const starts = chains.map(([, set]) => set)
      return [setS, setD, ...starts, times(count, steps), v128.store(i32.const(0), total)]
    })
  return instantiate(define, 16)
}

/** The time that this many floating-point operations take at least: multiplications and additions in registers. */
export function registers(operations, dtype) {
  const kind = kinds[dtype]
  const { chains, buffer } = chainsModule(kind)
  const out = new kind.Data(buffer, 0, kind.lanes)
  chains(3)
  let expected = 0
  for (let i = 0; i < CHAINS; i++) {
    let c = i
    for (let step = 0; step < 3; step++) c = c * FACTOR + TERM
    expected += c
  }
  if (out.some((sum) => sum !== expected)) throw new Error(`registers: expected ${expected}, got ${out}`)
  const steps = 100_000
  const scale = operations / (steps * CHAINS * 2 * kind.lanes)
  return { run: () => chains(steps), scale, compares: false }
}

const STREAMS = 8

/** `read(n)`: n times 128 bytes from address 128 on, added up in eight vectors; their sum goes to address 0. */
function readModule({ vector, splat }, bytes) {
  const define = (module) =>
    module.define('read', ['i32'], 'void', (f, count) => {
      const [at, setAt] = f.let(i32.const(128))
      const sums = Array.from({ length: STREAMS }, () => f.let(splat(0)))
      const steps = sums.map(([sum], i) => sum.set(vector.add(sum.get, v128.load(at.get, 16 * i))))
      const total = sums.map(([sum]) => sum.get).reduce((a, b) => vector.add(a, b))
      const next = at.set(i32.add(at.get, i32.const(16 * STREAMS)))
      const starts = sums.map(([, set]) => set)
      return [setAt, ...starts, times(count, [...steps, next]), v128.store(i32.const(0), total)]
    })
  return instantiate(define, 128 + bytes)
}

/** The time that reading this many numbers once takes, in order, from where they lie; a multiple of 128 bytes. */
export function stream(numbers, dtype) {
  const kind = kinds[dtype]
  const bytes = numbers * kind.Data.BYTES_PER_ELEMENT
  const { read, buffer } = readModule(kind, bytes)
  const data = new kind.Data(buffer, 128, numbers)
  data.set(noise(1, numbers, 1, kind.Data))
  const blocks = bytes / (16 * STREAMS)
  read(blocks)
  const sum = (list) => list.reduce((a, b) => a + b, 0)
  const [got, expected] = [sum([...new kind.Data(buffer, 0, kind.lanes)]), sum(data)]
  if (!(Math.abs(got - expected) <= 1e-5 * numbers))
    throw new Error(`stream: expected a sum of ${expected}, got ${got}`)
  return { run: () => read(blocks), compares: false }
}
