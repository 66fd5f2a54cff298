import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tensor, Tensor } from '../../src/array/index.ts'
import {
  attack,
  dualLength,
  methods,
  ontoHyperplane,
  type AttackName,
  type Norm,
} from '../../src/attacks/index.ts'
import { add, concatenate, dot, mul, neg, reshape } from '../../src/ops/index.ts'
import { normal, stream } from '../../src/random/index.ts'

const minimal = (Object.keys(methods) as AttackName[]).filter((name) => methods[name].kind === 'minimal')
const exact = minimal.filter((name) => !['hop-skip-jump', 'greedy', 'sigma-zero'].includes(name))
const grid = exact.flatMap((name) =>
  methods[name].norms.filter((norm) => norm !== 'l0').map((norm) => [name, norm] as const),
)

const d = 6
const linear = (seed: number): { w: Float64Array; b: number; x: Float64Array } => {
  const w = normal(stream(seed, 'w'), d)
  return { w, b: 0.3, x: normal(stream(seed, 'x'), d) }
}
const scalarOf =
  ({ w, b }: ReturnType<typeof linear>) =>
  (x: Tensor) =>
    add(dot(tensor(w), x), b)
const one = (x: Float64Array): Tensor => new Tensor(x.slice(), [1, x.length], 'f64')

test.each(grid)(
  '%s in %s finds the exact distance of linear models, of one number and of two logits',
  async (name, norm) => {
    for (let seed = 0; seed < 8; seed++) {
      const model = linear(seed)
      const f = scalarOf(model)
      const value = model.w.reduce((s, v, i) => s + v * model.x[i]!, model.b)
      const distance = Math.abs(value) / dualLength(norm, model.w)
      const [found] = await attack(name, f, one(model.x), undefined, { norm })
      expect(found!.status).toBe('found')
      expect(Math.abs(found!.norm / distance - 1), `seed ${seed}`).toBeLessThan(1e-9)
      const two = (x: Tensor) => concatenate([neg(reshape(f(x), [1])), reshape(f(x), [1])])
      const [pair] = await attack(name, two, one(model.x), undefined, { norm })
      expect(Math.abs(pair!.norm / found!.norm - 1)).toBeLessThan(1e-9)
      // The mirror image of f has the other class, and the same distance.
      const [mirrored] = await attack(name, (x) => neg(f(x)), one(model.x), undefined, { norm })
      expect(mirrored!.norm).toBe(found!.norm)
    }
  },
)

test.each(grid)('%s in %s finds the exact distance in a box', async (name, norm) => {
  for (let seed = 0; seed < 8; seed++) {
    const { w, b } = linear(seed)
    const x = normal(stream(seed, 'inside'), d).map((v) => Math.min(0.95, Math.abs(v) / 2))
    const value = w.reduce((s, v, i) => s + v * x[i]!, b)
    const reference = ontoHyperplane(norm as 'l1', x, w, -value, 0, 1)
    const [found] = await attack(name, scalarOf({ w, b, x }), one(x), undefined, {
      norm,
      domain: { kind: 'box', low: 0, high: 1 },
    })
    if (!reference.reached) {
      expect(found!.found).toBe(false)
      continue
    }
    expect(found!.status, `seed ${seed}`).toBe('found')
    expect(Math.abs(found!.norm / reference.length - 1), `seed ${seed}`).toBeLessThan(1e-9)
    expect(found!.adversarial.data.every((v) => v >= 0 && v <= 1)).toBe(true)
  }
})

test.each(['pgd', 'apgd', 'fgm'] as const)(
  '%s flips a linear model if and only if ε exceeds the distance',
  async (name) => {
    for (const norm of methods[name].norms.filter((n) => n !== 'l0'))
      for (let seed = 0; seed < 5; seed++) {
        const model = linear(seed)
        const value = model.w.reduce((s, v, i) => s + v * model.x[i]!, model.b)
        const distance = Math.abs(value) / dualLength(norm, model.w)
        for (const share of [0.99, 1.01]) {
          const epsilon = share * distance
          const [found] = await attack(name, scalarOf(model), one(model.x), undefined, { norm, epsilon })
          expect(found!.found, `${norm} ${share} seed ${seed}`).toBe(share > 1)
          if (found!.found) expect(found!.norm).toBeLessThanOrEqual(epsilon * (1 + 1e-12))
        }
      }
  },
)

test('l0: greedy changes as few coordinates as a linear model needs', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const { w, b } = linear(seed)
    const x = normal(stream(seed, 'inside'), d).map((v) => Math.min(0.95, Math.abs(v) / 2))
    const value = w.reduce((s, v, i) => s + v * x[i]!, b)
    const gains = w
      .map((v, i) => Math.abs(v) * (v * value > 0 ? x[i]! : 1 - x[i]!))
      .sort()
      .reverse()
    let [need, sum] = [0, 0]
    while (need < d && sum <= Math.abs(value)) sum += gains[need++]!
    const domain = { kind: 'box', low: 0, high: 1 } as const
    for (const name of ['greedy', 'sigma-zero'] as const) {
      const [found] = await attack(name, scalarOf({ w, b, x }), one(x), undefined, { norm: 'l0', domain })
      if (sum <= Math.abs(value)) expect(found!.found).toBe(false)
      else if (name === 'greedy') expect(found!.norm, `seed ${seed}`).toBe(need)
      else if (found!.found) expect(found!.norm).toBeGreaterThanOrEqual(need)
    }
  }
})

/** A linear model of three classes: the nearest boundary is the least distance over the other classes. */
test.each(['deepfool', 'fab', 'ddn', 'apgd-minimal', 'fmn', 'carlini-wagner'] as const)(
  '%s: three linear classes',
  async (name) => {
    for (let seed = 0; seed < 8; seed++) {
      const W = normal(stream(seed, 'W'), 3 * d)
      const x = normal(stream(seed, 'x'), d)
      const rows = [0, 1, 2].map((k) => W.slice(k * d, (k + 1) * d))
      const logits = rows.map((row) => row.reduce((s, v, i) => s + v * x[i]!, 0))
      const label = logits.indexOf(Math.max(...logits))
      const distance = Math.min(
        ...[0, 1, 2]
          .filter((k) => k !== label)
          .map((k) => {
            const gap = rows[label]!.map((v, i) => v - rows[k]![i]!)
            return (logits[label]! - logits[k]!) / dualLength('l2', gap)
          }),
      )
      const model = (p: Tensor) => concatenate(rows.map((row) => reshape(dot(tensor(row), p), [1])))
      const [found] = await attack(name, model, one(x))
      expect(Math.abs(found!.norm / distance - 1), `seed ${seed}`).toBeLessThan(1e-9)
      // A target asks for its own class.
      const target = [0, 1, 2].find((k) => k !== label)!
      const [aimed] = await attack(name, model, one(x), undefined, { target })
      if (aimed!.found) {
        const y = model(new Tensor(aimed!.adversarial.storage() as Float64Array, [d], 'f64')).data
        expect(Array.from(y).indexOf(Math.max(...y))).toBe(target)
        expect(aimed!.norm).toBeGreaterThanOrEqual(distance * (1 - 1e-9))
      }
    }
  },
)

test('projections: on the hyperplane, in the box, never beaten by another point of both', () => {
  const coordinate = fc.double({ min: -1, max: 1, noNaN: true })
  const weight = fc.oneof(
    fc.constant(0),
    fc.constantFrom(-1, 1, 0.5),
    fc.double({ min: -2, max: 2, noNaN: true }),
  )
  const cases = fc
    .integer({ min: 1, max: 6 })
    .chain((n) =>
      fc.tuple(
        fc.array(coordinate, { minLength: n, maxLength: n }),
        fc.array(weight, { minLength: n, maxLength: n }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.array(coordinate, { minLength: n, maxLength: n }),
        fc.constantFrom<'l1' | 'l2' | 'linf'>('l1', 'l2', 'linf'),
      ),
    )
  fc.assert(
    fc.property(cases, ([xs, ws, gap, other, norm]) => {
      const [x, w] = [Float64Array.from(xs), Float64Array.from(ws)]
      const { perturbation, length, reached } = ontoHyperplane(norm, x, w, gap, -1, 1)
      const moved = w.reduce((s, v, i) => s + v * perturbation[i]!, 0)
      perturbation.forEach((v, i) => expect(Math.abs(x[i]! + v)).toBeLessThanOrEqual(1 + 1e-12))
      const reach = w.reduce((s, v, i) => s + Math.abs(v) * (v * gap > 0 ? 1 - x[i]! : 1 + x[i]!), 0)
      if (!reached) {
        expect(reach).toBeLessThan(Math.abs(gap) * (1 + 1e-9))
        return
      }
      expect(Math.abs(moved - gap)).toBeLessThan(1e-9 * (1 + Math.abs(gap)))
      // Any other point of the box and the hyperplane, made from a random one, is at least as far.
      const rival = Float64Array.from(other, (v, i) => v - x[i]!)
      const along = w.reduce((s, v, i) => s + v * rival[i]!, 0)
      if (along * gap > 0 && Math.abs(along) >= Math.abs(gap)) {
        const scaled = rival.map((v) => (v * gap) / along)
        const size =
          norm === 'l1'
            ? scaled.reduce((s, v) => s + Math.abs(v), 0)
            : norm === 'l2'
              ? Math.hypot(...scaled)
              : Math.max(...scaled.map(Math.abs))
        expect(length).toBeLessThanOrEqual(size * (1 + 1e-9) + 1e-12)
      }
    }),
    { numRuns: 3000 },
  )
})

const norms: Norm[] = ['l1', 'l2', 'linf']
test.each(norms)('%s: scaled by powers of two, the same attack to the bit', async (norm) => {
  const { w, x } = linear(3)
  const tanhOf = (scale: number) => (p: Tensor) => {
    const z = mul(dot(tensor(w), p), 1 / scale)
    return add(mul(z, z), add(z, -0.4))
  }
  for (const name of ['deepfool', 'fab', 'apgd-minimal', 'gradient-step'] as const) {
    const [base] = await attack(name, tanhOf(1), one(x), undefined, { norm })
    for (const k of [-20, 7, 20]) {
      const c = 2 ** k
      const [scaled] = await attack(name, tanhOf(c), one(x.map((v) => c * v)), undefined, { norm })
      expect(scaled!.norm, `${name} ${k}`).toBe(c * base!.norm)
    }
  }
})
