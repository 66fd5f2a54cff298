import fc from 'fast-check'

/** Fixed seed by default; `SEED=random` explores, `SEED=123` repeats. The seed is printed with every failure by fast-check. */
const wanted = process.env['SEED']
const seed = wanted === undefined ? 20260101 : wanted === 'random' ? Date.now() & 0x7fffffff : Number(wanted)
fc.configureGlobal({ seed })
