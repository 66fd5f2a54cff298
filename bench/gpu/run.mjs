/**
 * `npm run bench:gpu -- [--software] [--json FILE]`: kernels on the GPU of this machine, from Node through Dawn, beside our WebAssembly executor. `--software`
 * takes the adapter that Chromium brings along, which shows that everything works and no more.
 * Exit status: 0, 1 when there is no adapter or a result is wrong, 2 usage.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compile, matmul, sum, tensor } from '../../dist/src/index.js'
import { onDevice } from '../../dist/kernels/index.js'
import { normal, stream } from '../../dist/src/random/index.js'
import { npm } from '../../scripts/run.mjs'

const CHROMIUM = '/usr/lib/chromium'
const SOFTWARE = `${CHROMIUM}/vk_swiftshader_icd.json`

function fail(status, message) {
  console.error(`bench:gpu: ${message}`)
  process.exit(status)
}

function options() {
  try {
    return parseArgs({ options: { software: { type: 'boolean' }, json: { type: 'string' } } }).values
  } catch (error) {
    return fail(2, error.message)
  }
}

/** Where Vulkan is looked for is read when a process starts: goes on in another one. */
function goOnWithSoftware() {
  if (!existsSync(SOFTWARE)) fail(1, `expected ${SOFTWARE}, got none (apt install chromium)`)
  const paths = [CHROMIUM, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':')
  const env = { ...process.env, VK_ICD_FILENAMES: SOFTWARE, LD_LIBRARY_PATH: paths }
  env.XDG_RUNTIME_DIR ??= '/tmp'
  const { status } = spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' })
  process.exit(status ?? 1)
}

/** WebGPU in this process; gives the adapter's name. */
async function startWebGpu() {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  if (!existsSync(`${folder}node_modules/webgpu`)) {
    console.log('bench:gpu: installing webgpu into bench/gpu/node_modules, once')
    npm(folder, 'ci', '--no-audit', '--no-fund')
  }
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  if (!globalThis.navigator) globalThis.navigator = {}
  Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true })
  const adapter = await globalThis.navigator.gpu.requestAdapter()
  if (!adapter) fail(1, 'expected an adapter, got none (--software takes that of Chromium)')
  const { vendor, architecture, device, description } = adapter.info
  return [vendor, architecture, device, description].filter(Boolean).join(' ')
}

/** Milliseconds of the fastest of some runs, half a second of them and three at least. */
async function fastest(run) {
  await run()
  let best = Infinity
  const end = performance.now() + 500
  for (let i = 0; i < 3 || performance.now() < end; i++) {
    const start = performance.now()
    await run()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

const random = (name, ...shape) => {
  const size = shape.reduce((n, m) => n * m, 1)
  return tensor(Float32Array.from(normal(stream(1, name), size)), shape)
}

function checkClose(found, expected) {
  const scale = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const off = found.data.reduce((most, x, i) => Math.max(most, Math.abs(x - expected.data[i])), 0)
  if (!(off <= 1e-4 * scale))
    fail(1, `expected the results of WebAssembly, got some off by ${off} of ${scale}`)
}

/** Milliseconds on the device and in WebAssembly, arguments brought there and the result back. */
async function both(f, ...args) {
  const device = await onDevice(f, { mode: 'webgpu' })
  const here = compile(f)
  checkClose((await device(...args)).value, here(...args))
  const times = {
    device: await fastest(() => device(...args)),
    wasm: await fastest(async () => here(...args)),
  }
  await device.destroy()
  return times
}

const chain = (length) => (a, b) => {
  let c = a
  for (let i = 0; i < length; i++) c = matmul(c, b)
  return c
}

async function products() {
  const rows = []
  for (const n of [64, 128, 256, 512, 1024, 2048]) {
    const [a, b] = [random('a', n, n), random('b', n, n)]
    const b1 = tensor(
      b.data.map((x) => x / Math.sqrt(n)),
      [n, n],
    )
    const one = await both(chain(1), a, b1)
    const five = await both(chain(5), a, b1)
    const gflops = (times, count) => (2 * n ** 3 * count) / (times * 1e6)
    rows.push({
      n,
      device: one.device,
      wasm: one.wasm,
      /** Between kernels, without the way there and back. */
      deviceGflops: gflops(Math.max(five.device - one.device, 1e-6), 4),
      wasmGflops: gflops(Math.max(five.wasm - one.wasm, 1e-6), 4),
    })
    const { device, wasm, deviceGflops, wasmGflops } = rows.at(-1)
    console.log(
      `product ${String(n).padStart(5)}³  ${device.toFixed(2).padStart(9)} ms  WebAssembly ${wasm.toFixed(2).padStart(9)} ms` +
        `  resident ${deviceGflops.toPrecision(3)} against ${wasmGflops.toPrecision(3)} GFLOP/s`,
    )
    if (one.device > 2000) break
  }
  return rows
}

/** The bytes of a resident matrix that a product with a vector reads in a second. */
async function bandwidth() {
  const [rows, columns] = [4000, 4096]
  const w = random('w', rows, columns)
  const times = await both((x) => sum(matmul(w, x)), random('x', columns))
  const rate = (ms) => (4 * rows * columns) / (ms * 1e6)
  const found = { device: rate(times.device), wasm: rate(times.wasm) }
  console.log(
    `resident matrix · vector, ${rows}×${columns}  ${found.device.toPrecision(3)} GB/s, WebAssembly ${found.wasm.toPrecision(3)} GB/s`,
  )
  return found
}

const { software = false, json } = options()
if (software && process.env.VK_ICD_FILENAMES !== SOFTWARE) goOnWithSoftware()
const adapter = await startWebGpu()
console.log(
  `${adapter}, node ${process.version}; fastest runs, the way there and back included unless it says resident\n`,
)
const rows = await products()
const gigabytes = await bandwidth()
const crossover = rows.find(({ device, wasm }) => device < wasm)?.n
console.log(
  crossover
    ? `\nfrom ${crossover}³ on a product is faster on the device`
    : '\nWebAssembly is faster at every size here',
)
if (json)
  writeFileSync(
    json,
    `${JSON.stringify({ schema: 1, adapter, products: rows, gigabytes, crossover }, undefined, 2)}\n`,
  )
process.exit(0)
