/** What only a page can show: many runs on one context, a whole attack, a device that goes away. */
import { expect, test } from 'vitest'
import { Tensor } from '../../src/array/index.ts'
import { argmax, interpret, max, mul, record, sub, sum, tanh } from '../../src/index.ts'
import { confirmSigns, modes, onDevice } from '../../kernels/index.ts'
import { countLive } from '../../kernels/live.ts'
import { numbers } from '../kernels/agreement.ts'
import { convNet, convWeights, pgd } from '../kernels/tapes.ts'

/** Every device that the page is given, so that one can be taken away. */
const given: { destroy(): void }[] = []
const { GPUAdapter } = globalThis as unknown as {
  GPUAdapter: { prototype: { requestDevice: (...args: unknown[]) => Promise<{ destroy(): void }> } }
}
const { requestDevice } = GPUAdapter.prototype
GPUAdapter.prototype.requestDevice = async function (...args) {
  const device = await requestDevice.apply(this, args)
  given.push(device)
  return device
}

test.each(['webgpu', 'webgl2', 'webasm'] as const)(
  'ten thousand runs over two hundred shapes, on %s',
  { timeout: 240_000 },
  async (mode) => {
    const rows = (x: Tensor): Tensor => sum(tanh(mul(2, x)), 1)
    const f = await onDevice(rows, { mode })
    for (let shape = 0; shape < 200; shape++) {
      const x = numbers([1 + (shape % 20), 1 + Math.floor(shape / 20)], shape)
      const [expected] = interpret(record(rows, x), [x])
      for (let k = 0; k < 50; k++) {
        const { value } = await f(x)
        const off = Math.max(...Array.from(value.data, (v, i) => Math.abs(v - expected!.data[i]!)))
        if (!(off < 1e-5)) throw new Error(`shape ${shape}, run ${k}: expected ${expected}, got ${value}`)
      }
      expect(countLive()).toBeLessThanOrEqual(64)
    }
    await f.destroy()
  },
)

/** By how much the logit of an image's label exceeds all others; negative where it is taken for something else. */
function margins(labels: Tensor): (images: Tensor) => Tensor {
  const n = labels.size
  const others = Float64Array.from({ length: 3 * n }, (_, k) =>
    k % 3 === labels.data[Math.floor(k / 3)] ? 1 : 0,
  )
  const own = new Tensor(others, [n, 3], 'f64')
  return (images) => {
    const logits = convNet(images, ...convWeights)
    return sub(sum(mul(own, logits), 1), max(sub(logits, mul(1000, own)), 1))
  }
}

test.each(modes)(
  'batched projected gradient ascent on a convolutional net, on %s: its flips hold in f64',
  { timeout: 60_000 },
  async (mode) => {
    const images = numbers([32, 1, 8, 8], 3, 'f64', [0, 1])
    const labels = argmax(convNet(images, ...convWeights), 1)
    // Four rounds of three steps, each round within 0.5 of where it starts.
    const attack = await onDevice((x: Tensor) => pgd(0.05, 0.5, labels, ...convWeights)(x), { mode })
    const marginsOnDevice = await onDevice(margins(labels), { mode })
    let x = images
    for (let round = 0; round < 4; round++) x = (await attack(x)).value
    const { value: found, ran } = await marginsOnDevice(x)
    expect(ran.mode).toBe(mode)
    const { counts, statuses } = confirmSigns(margins(labels), x, found)
    const flips = statuses.filter((status, i) => status === 'confirmed' && found.data[i]! < 0).length
    expect(flips).toBeGreaterThan(5)
    expect(counts.unresolved).toBe(0)
    expect(counts.confirmed).toBeGreaterThanOrEqual(31)
    await attack.destroy()
    await marginsOnDevice.destroy()
  },
)

test(
  'a device that is lost is an error once, and there again at the next call',
  { timeout: 60_000 },
  async () => {
    const f = await onDevice((x: Tensor) => mul(2, x), { mode: 'webgpu' })
    const x = numbers([4], 1)
    const expected = (await f(x)).value
    given.forEach((device) => device.destroy())
    await new Promise((resolve) => setTimeout(resolve, 100))
    await expect(f(x)).rejects.toThrow(/lost/)
    expect((await f(x)).value).toEqual(expected)
    await f.destroy()
  },
)
