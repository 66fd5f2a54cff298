/**
 * `npm run bench -- [name…] [--json FILE]`: our times beside those of plain JavaScript loops in the same process, as
 * ratios. Seeded; candidates take turns; the minimum is compared, the median shown.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { matmul, sum, tanh, tensor, valueAndGrad } from '../dist/src/index.js'
import { activations, sampleStepLaw, twoLayer } from '../dist/src/nets/index.js'
import { normal, stream, uniform } from '../dist/src/random/index.js'
import { machine, race } from './harness.mjs'

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true })

const n = 65_536
const points = tensor(normal(stream(1, 'points'), n))
const raw = Float64Array.from(points.data)
const out = new Float64Array(n)
const matrix = tensor(normal(stream(1, 'matrix'), 512 * 512), [512, 512])
const rawMatrix = Float64Array.from(matrix.data)
const vector = tensor(normal(stream(1, 'vector'), 512))
const rawVector = Float64Array.from(vector.data)
const product = new Float64Array(512)
const law = { inputs: 1024, width: 1024, activation: activations.tanh, steps: [1, 2, 3] }
const oneStep = (weights, d) => () => {
  const net = twoLayer({ inputs: d, width: d, activation: activations.relu, weights }, stream(1, 'net'))
  const x = tensor(new Float64Array(d).fill(1))
  const { gradient } = valueAndGrad(net)(x)
  return net.along(x, gradient)(-1)
}

const rows = [
  {
    work: 'tanh of 65,536 numbers, f64',
    peer: 'a loop over Math.tanh',
    ours: () => tanh(points),
    theirs: () => {
      for (let i = 0; i < n; i++) out[i] = Math.tanh(raw[i])
    },
  },
  {
    work: 'sum of 65,536 numbers, f64',
    peer: 'a plain loop',
    ours: () => sum(points),
    theirs: () => {
      let total = 0
      for (let i = 0; i < n; i++) total += raw[i]
      out[0] = total
    },
  },
  {
    work: '512×512 matrix times a vector, f64',
    peer: 'two plain loops',
    ours: () => matmul(matrix, vector),
    theirs: () => {
      for (let i = 0; i < 512; i++) {
        let total = 0
        for (let j = 0; j < 512; j++) total += rawMatrix[i * 512 + j] * rawVector[j]
        product[i] = total
      }
    },
  },
  {
    work: '65,536 normals, f64',
    peer: 'Box-Muller over Math.* and ready uniforms',
    ours: () => normal(stream(1, 'normals'), n),
    theirs: () => {
      for (let i = 0; i < n; i += 2) {
        const r = Math.sqrt(-2 * Math.log(1 - uniforms[i]))
        out[i] = r * Math.cos(2 * Math.PI * uniforms[i + 1])
        out[i + 1] = r * Math.sin(2 * Math.PI * uniforms[i + 1])
      }
    },
  },
  {
    work: 'value, gradient and one step, d = m = 512',
    peer: 'the same network with its weights drawn in full',
    ours: oneStep('deferred', 512),
    theirs: oneStep('dense', 512),
  },
  {
    work: 'one step at d = m = 1,024 from its exact law',
    peer: 'the deferred network',
    ours: () => sampleStepLaw(law, stream(1, 'law')),
    theirs: oneStep('deferred', 1024),
  },
]
const uniforms = uniform(stream(1, 'uniforms'), n)

const chosen = rows.filter(
  ({ work }) => positionals.length === 0 || positionals.some((name) => work.includes(name)),
)
const results = chosen.map(({ work, peer, ours, theirs }) => {
  const times = race({ ours, theirs })
  const ratio = times.theirs.min / times.ours.min
  console.log(`${work}: ${times.ours.min.toFixed(2)} ms, ${ratio.toFixed(2)} × the speed of ${peer}`)
  return { work, unit: 'ms', ours: times.ours, peers: { [peer]: times.theirs }, ratio }
})

if (!positionals.length || positionals.some((name) => 'million'.includes(name))) {
  const start = performance.now()
  oneStep('deferred', 1_000_000)()
  const seconds = (performance.now() - start) / 1000
  const megabytes = process.resourceUsage().maxRSS / 1024
  console.log(
    `one step at d = m = 1,000,000: ${seconds.toFixed(2)} s, process peak ${megabytes.toFixed(0)} MB`,
  )
  results.push({
    work: 'one step at d = m = 1,000,000',
    unit: 's',
    ours: { min: seconds },
    peers: {},
    megabytes,
  })
}
const report = { schema: 1, machine: machine(), rows: results }
console.log(`${report.machine.cpu}, ${report.machine.cores} cores, Node ${report.machine.node}`)
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
