/** The peers: how they are installed, loaded and named in rows. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { npm } from '../scripts/run.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Installs the peers of package.json where they are missing; says so. */
export function installPeers() {
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return
  console.log('bench: installing the peers into bench/node_modules, once (npm ci)')
  try {
    npm(folder, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1')
  } catch (error) {
    const lines = String(error).split('\n')
    const why = lines.find((line) => /code|ENOTFOUND|network/i.test(line)) ?? lines[0]
    console.log(`bench: the peers could not be installed, their rows are skipped (${why.trim()})`)
  }
}

const loaders = {
  '@tensorflow/tfjs': async () => {
    const { default: tf } = await import('@tensorflow/tfjs')
    const { default: wasm } = await import('@tensorflow/tfjs-backend-wasm')
    wasm.setWasmPaths(`${folder}node_modules/@tensorflow/tfjs-backend-wasm/dist/`)
    await tf.setBackend('wasm')
    await tf.ready()
    if (tf.getBackend() !== 'wasm' || !(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')))
      throw new Error('expected the wasm backend with SIMD')
    return tf
  },
  '@jax-js/jax': async () => {
    const jax = await import('@jax-js/jax')
    await jax.init('wasm')
    jax.defaultDevice('wasm')
    return jax
  },
  'ml-matrix': () => import('ml-matrix'),
}

const loaded = new Map()

/** The library, ready for use, or the reason why it is not. */
export async function library(name) {
  if (!loaded.has(name)) {
    const missing = (error) =>
      error.code === 'ERR_MODULE_NOT_FOUND' ? 'not installed' : String(error.message).split('\n')[0]
    loaded.set(name, await loaders[name]().catch(missing))
  }
  return loaded.get(name)
}

/** The pinned versions of those that are there. */
export function versions() {
  const { dependencies } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'))
  const present = Object.entries(dependencies).filter(([name]) => existsSync(`${folder}node_modules/${name}`))
  return Object.fromEntries(present)
}

/** In rows: `tfjs((tf, data) => candidate)` is a peer of this process. */
const peer = (library) => (make) => ({ library, make })
export const tfjs = peer('@tensorflow/tfjs')
export const jaxjs = peer('@jax-js/jax')
export const mlMatrix = peer('ml-matrix')

/** The numbers of TensorFlow.js tensors, which are freed. Outside of `tidy`: that walks through every number it returns. */
export function readBack(tensors) {
  return tensors.map((tensor) => {
    const data = tensor.dataSync()
    tensor.dispose()
    return data
  })
}

/** Something plain, or a limit of the machine: `here((data) => candidate)`. */
export const here = (make) => ({ make: (_, data) => make(data) })

/** A work of peers.py, by its name there. */
export const python = (work) => ({ work })
