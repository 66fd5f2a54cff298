/**
 * How time is taken. Every candidate is first run until it gets no faster, so that V8 has compiled it for good; then all
 * of them take turns, a batch of calls at a time, so that a drift of the machine hits all alike.
 *
 * A candidate is `run(call)`, the number of the call choosing its input, or an object:
 * `{ run, read?, scale?, compares? }`, with `read` from what `run` gave to the arrays it stands for, `scale` a factor on its time,
 * `compares: false` for what computes something else; or `{ measure }`, which gives its own figures in ms.
 */
import { cpus, totalmem } from 'node:os'
import { flat } from './numbers.mjs'

const WARM_AT_LEAST = 300
const WARM_AT_MOST = 3000
const BATCH = 3
const TIME = 1500
const ROUNDS = 4

/** Minimum, median, and spread: the width of the middle half relative to the median. */
export function figuresOf(samples) {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (quantile) => sorted[Math.floor(quantile * (sorted.length - 1))]
  return { min: sorted[0], median: at(0.5), spread: (at(0.75) - at(0.25)) / at(0.5) }
}

/** A candidate ready to be timed. */
export function candidate(made) {
  const given = typeof made === 'function' ? { run: made } : made
  return { read: (result) => result, scale: 1, compares: true, ...given, calls: 0, waits: false, spent: 0 }
}

/** The numbers of the first input; undefined where they are not to be compared. */
export async function firstResult(timed) {
  if (timed.measure) return undefined
  const start = performance.now()
  const result = timed.run(0)
  timed.waits = result instanceof Promise
  const value = await result
  timed.spent = performance.now() - start
  return timed.compares ? flat(timed.read(value)) : undefined
}

/** Mean time of a call over a batch, in ms. */
async function batch(timed, calls) {
  const start = performance.now()
  for (let i = 0; i < calls; i++) {
    const result = timed.run(timed.calls++)
    if (timed.waits) await result
  }
  return ((performance.now() - start) / calls) * timed.scale
}

/** Runs it until the last third of the time brought no gain; the time of a call, and when it was first reached within 10%. */
async function warm(timed) {
  const start = performance.now()
  const seen = []
  let calls = 1
  for (;;) {
    const time = await batch(timed, calls)
    if ((time / timed.scale) * calls < 1) calls *= 2
    const now = performance.now() - start
    seen.push({ now, time })
    if (now < WARM_AT_LEAST || seen.length < 3) continue
    const best = (list) => Math.min(...list.map((one) => one.time))
    const early = best(seen.filter((one) => one.now <= (2 / 3) * now || one === seen[0]))
    const late = best(seen)
    if (late > 0.97 * early || now > WARM_AT_MOST) {
      return { call: late, reached: timed.spent + seen.find(({ time }) => time <= 1.1 * late).now }
    }
  }
}

/** Below this share of a core that the process got, figures say that they were disturbed. */
const UNDISTURBED = 0.95

/**
 * Times the candidates, which are warm afterwards; figures in ms, `warm` the ms until then, and `share` of a core where other
 * programs took the rest.
 */
export async function race(named) {
  const own = Object.entries(named).filter(([, timed]) => timed.measure)
  const raced = Object.entries(named).filter(([, timed]) => !timed.measure)
  const results = {}
  for (const [name, timed] of own) results[name] = await timed.measure()
  const runners = []
  for (const [name, timed] of raced) {
    const { call, reached } = await warm(timed)
    const calls = Math.max(1, Math.round((BATCH * timed.scale) / call))
    runners.push({ name, timed, calls, reached, times: [] })
  }
  const start = performance.now()
  const before = process.cpuUsage()
  for (let round = 0; round < ROUNDS || performance.now() - start < TIME * runners.length; round++) {
    for (const { timed, calls, times } of runners) times.push(await batch(timed, calls))
  }
  const { user, system } = process.cpuUsage(before)
  const share = (user + system) / 1000 / (performance.now() - start)
  for (const { name, times, reached } of runners) {
    results[name] = { ...figuresOf(times), warm: reached, ...(share < UNDISTURBED ? { share } : {}) }
  }
  return results
}

export function machine() {
  const [cpu] = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory: `${gigabytes} GB`,
    system: process.platform,
  }
}
