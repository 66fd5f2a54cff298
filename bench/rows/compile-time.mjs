/** From a function to the first value of its gradient: recording, planning, WebAssembly, one run. The network is that of dense-net.mjs. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compile, grad, setExecutor, tensor } from '../../dist/src/index.js'
import { atMost } from '../bounds.mjs'
import { figuresOf } from '../harness.mjs'
import { here } from '../peers.mjs'
import { network, oneOutput } from './dense-net.mjs'

const INPUTS = 784
const PROCESSES = 7

/** `compile` of a function never seen before, and a first call of what it gave. */
export function compileOnce() {
  const data = network(1, INPUTS)
  const f = oneOutput(data)
  const x = tensor(data.xs[0])
  return () => compile(grad((point) => f(point)))(x)
}

/** The interpreter, one gradient. */
function interpreted() {
  const data = network(1, INPUTS)
  const f = oneOutput(data)
  const x = tensor(data.xs[0])
  return () => {
    setExecutor('interpret')
    const gradient = grad(f)(x)
    setExecutor('compile')
    return gradient
  }
}

const child = fileURLToPath(new URL('../cold.mjs', import.meta.url))

function inFreshProcess() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [child], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`cold.mjs: expected status 0, got ${status}\n${stderr}`)
  return Number(stdout)
}

const peers = { 'the interpreter, one gradient': here(interpreted) }

export const rows = [
  {
    name: 'compile-warm',
    work: 'compile a gradient, 784-256-10, warm',
    unit: 'ms',
    statistic: 'median',
    tolerance: 1e-6,
    data: () => {},
    ours: compileOnce,
    peers,
    bounds: [atMost(10)],
  },
  {
    name: 'compile-cold',
    work: 'compile a gradient, 784-256-10, cold',
    unit: 'ms',
    statistic: 'median',
    data: () => {},
    ours: () => ({ measure: () => figuresOf(Array.from({ length: PROCESSES }, inFreshProcess)) }),
    peers: {},
    bounds: [atMost(40)],
  },
]
