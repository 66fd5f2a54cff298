/** One compilation in a process that has done nothing before; prints its time in ms. */
import { compileOnce } from './rows/compile-time.mjs'

const run = compileOnce()
const start = performance.now()
run()
console.log(performance.now() - start)
