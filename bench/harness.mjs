import { cpus } from 'node:os'

/** Times every candidate in turn, round after round, so that a drift of the machine hits all alike; minimum and median in ms. */
export function race(candidates, { rounds = 9, warm = 3 } = {}) {
  const times = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]))
  for (let round = -warm; round < rounds; round++) {
    for (const [name, run] of Object.entries(candidates)) {
      const start = performance.now()
      run()
      if (round >= 0) times[name].push(performance.now() - start)
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, list]) => {
      list.sort((a, b) => a - b)
      return [name, { min: list[0], median: list[list.length >> 1] }]
    }),
  )
}

export function machine() {
  const [cpu] = cpus()
  return { cpu: cpu?.model ?? 'unknown', cores: cpus().length, node: process.version }
}
