import { Tensor } from '../array/index.ts'
import {
  attack,
  methods,
  normsOf,
  strongest,
  type AttackName,
  type AttackResult,
  type Domain,
  type Norm,
} from '../attacks/index.ts'
import { bracket, type Network } from '../certify/index.ts'
import { range, type Dataset } from '../data/index.ts'
import { forward, inF64, networkModel, parametersInF64 } from '../nets/index.ts'
import { reshape } from '../ops/index.ts'
import { isImage, type AttackedSample, type AttackReport, type Triple } from '../report/index.ts'
import { formatNumber, formatSeconds } from '../report/numbers.ts'
import { fileDestination, folderDestinations } from './files.ts'
import { checkFit, dataNamed, modelNamed, reading } from './inputs.ts'
import { oneOf, place, positiveNumber, readOptions, wholeNumber, type OptionSpec } from './options.ts'
import { stepBar } from './progress.ts'
import { UsageError } from './usage.ts'
import type { Surroundings } from './verify.ts'

const spec = {
  ...{ model: 'value', architecture: 'value', data: 'value', norm: 'value', count: 'value', seed: 'value' },
  ...{ attack: 'value', epsilon: 'value', steps: 'value', restarts: 'value', box: 'flag' },
  ...{ json: 'value', report: 'value', help: 'flag' },
} as const satisfies OptionSpec

const shared = `  --model FILE        safetensors, as glassjaw train writes it, or ONNX
  --architecture FILE its architecture as JSON, where the file has none
  --data DIR|glyphs   whose test samples are taken (default: glyphs)
  --count N           samples (default: 20)
  --seed N            (default: 1)
  --json FILE         write the result as JSON; - writes it to standard output
  --report DIR        write DIR/index.html: robustness curves, images
`

/** The attacks' names in lines of four. */
const named = Object.keys(methods)
  .reduce<string[][]>(
    (lines, name, i) =>
      i % 4 === 0 ? [...lines, [name]] : [...lines.slice(0, -1), [...lines.at(-1)!, name]],
    [],
  )
  .map((line) => `                      ${line.join(', ')}`)
  .join(',\n')

export const attackHelp: string = `glassjaw attack looks for the nearest point of another class.

  glassjaw attack --model FILE [options]

  --attack NAME       strongest (default), or one of
${named}
  --norm l0|l1|l2|linf  (default: l2)
  --box               keep the pixels in [0, 1]
  --epsilon X         the budget of fgm, pgd, apgd and square
  --steps N, --restarts N
                      of the attack
${shared}`

export const radiusHelp: string = `glassjaw radius brackets the distance to the nearest point of another class: a
verified adversarial point above, a certificate below.

  glassjaw radius --model FILE [options]

  --norm l1|l2|linf   (default: l2)
${shared}`

/** Attacks test samples of a model. Returns the exit code. */
export async function attackCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  return onSamples(
    'attack',
    args,
    surroundings,
    attackHelp,
    async ({ network, x, labels, options, norm, given, progress, signal }) => {
      const name = given.get('attack') ?? 'strongest'
      const chosen = oneOf('attack', 'an attack', name, [
        'strongest',
        ...(Object.keys(methods) as AttackName[]),
      ] as const)
      if (chosen !== 'strongest' && !normsOf(chosen).includes(norm))
        throw new UsageError(
          `attack: expected --norm ${normsOf(chosen).join(' or ')} for ${chosen}, got ${norm}`,
        )
      const model = networkModel(network.architecture, network.parameters)
      const all = { ...options, norm, signal, onSample: progress }
      const results =
        chosen === 'strongest'
          ? await strongest(model, x, labels, all)
          : await attack(chosen, model, x, labels, all)
      return { method: chosen, results: results.map((result) => ({ result })) }
    },
  )
}

/** Brackets distances of test samples of a model. Returns the exit code. */
export async function radiusCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  return onSamples(
    'radius',
    args,
    surroundings,
    radiusHelp,
    async ({ network, x, labels, options, norm, progress, signal }) => {
      if (norm === 'l0') throw new UsageError('radius: expected --norm l1, l2 or linf, got l0')
      const size = x.size / labels.length
      const results: { result: AttackResult; lower: number }[] = []
      for (let i = 0; i < labels.length && signal.aborted === false; i++) {
        const data = (x.data as Float64Array).slice(i * size, (i + 1) * size)
        const point = new Tensor(data, x.shape.slice(1), 'f64')
        const { lower, upper, status, adversarial } = await bracket(network, point, {
          norm,
          label: labels[i]!,
          seed: options.seed,
        })
        const found = adversarial !== undefined && upper > 0
        const moved = adversarial ?? point
        results.push({
          lower,
          result: {
            ...{
              status:
                upper === 0
                  ? 'already'
                  : found
                    ? 'found'
                    : status === 'unresolved'
                      ? 'unresolved'
                      : 'not-found',
            },
            ...{
              found,
              verified: found,
              adversarial: moved,
              norm: upper,
              margin: NaN,
              queries: { forward: 0, backward: 0 },
            },
            perturbation: new Tensor(
              Float64Array.from(moved.data, (v, j) => v - data[j]!),
              point.shape,
              'f64',
            ),
          },
        })
        progress(i + 1, labels.length)
        await new Promise<void>((resolve) => setTimeout(resolve, 0))
      }
      return { method: 'bracket', results }
    },
  )
}

interface Job {
  readonly network: Network
  /** f64 [n, ...input] */
  readonly x: Tensor
  readonly labels: readonly number[]
  readonly norm: Norm
  readonly given: ReadonlyMap<string, string>
  readonly options: {
    readonly seed: number
    readonly domain: Domain
    readonly epsilon?: number
    readonly steps?: number
    readonly restarts?: number
  }
  readonly progress: (done: number, total: number) => void
  readonly signal: AbortSignal
}

interface Outcome {
  readonly method: string
  readonly results: readonly { readonly result: AttackResult; readonly lower?: number }[]
}

/** What both commands share: model, samples, progress, table, files. */
async function onSamples(
  command: 'attack' | 'radius',
  args: readonly string[],
  { terminal, maker, signal }: Surroundings,
  help: string,
  run: (job: Job) => Promise<Outcome>,
): Promise<number> {
  const { options: given, words } = readOptions(command, args, spec)
  if (given.has('help')) {
    terminal.out(help)
    return 0
  }
  const file = given.get('model')
  if (file === undefined || words.length > 0)
    throw new UsageError(`${command}: expected --model FILE, got ${words[0] ?? 'nothing'}`)
  const norm = oneOf(command, 'a norm', given.get('norm') ?? 'l2', ['l0', 'l1', 'l2', 'linf'] as const)
  const count = wholeNumber(command, '--count', given.get('count') ?? '20', 1, 1e6)
  const seed = wholeNumber(command, '--seed', given.get('seed') ?? '1', 0, Number.MAX_SAFE_INTEGER)
  const [json, report] = [given.get('json'), given.get('report')]
  const jsonFile =
    json === undefined || json === '-' ? undefined : fileDestination(place(command, 'a file', json), command)
  const pages =
    report === undefined
      ? undefined
      : folderDestinations(place(command, 'a folder', report), ['index.html', 'result.json'])
  const loaded = await modelNamed(command, file, given.get('architecture'))
  const network = { architecture: loaded.architecture, parameters: parametersInF64(loaded.parameters) }
  const { test } = await dataNamed(command, given.get('data') ?? 'glyphs', 1)
  checkFit(command, network.architecture, test)
  const samples = range(test, 0, Math.min(count, test.labels.size))
  const x = inF64(samples.inputs)
  const labels = labelsFor(network, samples)
  const whole = (name: 'steps' | 'restarts') =>
    given.has(name) ? { [name]: wholeNumber(command, `--${name}`, given.get(name)!, 1, 1e6) } : {}
  const epsilon = given.get('epsilon')
  const options = {
    ...{ seed, ...whole('steps'), ...whole('restarts') },
    ...(epsilon !== undefined && { epsilon: positiveNumber(command, '--epsilon', epsilon) }),
    domain: (given.has('box') ? { kind: 'box', low: 0, high: 1 } : { kind: 'all' }) as Domain,
  }
  const bar = stepBar(terminal, command)
  const progress = (done: number, total: number): void => bar.update(done, total, '')
  const start = performance.now()
  const { method, results } = await reading(command, async () => {
    try {
      return await run({ network, x, labels, norm, given, options, progress, signal })
    } finally {
      bar.stop()
    }
  })
  const listed = results.map(({ result, lower }, index) =>
    sampleOf(network, result, index, labels[index]!, lower),
  )
  const outcome: AttackReport = {
    ...{ schema: 1, model: file, data: test.name, norm, method, seed, samples: listed },
    ...(options.epsilon !== undefined && { epsilon: options.epsilon }),
    seconds: (performance.now() - start) / 1000,
  }
  const print = json === '-' ? terminal.error : terminal.out
  print(summary(outcome))
  const text = `${JSON.stringify(outcome)}\n`
  if (json === '-') terminal.out(text)
  jsonFile?.write(text)
  if (jsonFile) print(`JSON: ${jsonFile.path}\n`)
  if (pages) {
    const { renderAttack } = await import('../report/index.ts')
    pages[0]!.write(renderAttack(outcome, triples(x, results, listed), maker))
    pages[1]!.write(text)
    print(`Report: ${pages[0]!.path}\n`)
  }
  if (!signal.aborted) return 0
  terminal.error(`${command}: interrupted after ${results.length} of ${labels.length} samples\n`)
  return 130
}

/** Labels of the samples; ±1 for a network of one output. */
function labelsFor({ architecture, parameters }: Network, { inputs, labels }: Dataset): number[] {
  const one = new Tensor(new Float64Array(inputs.size / inputs.shape[0]!), inputs.shape.slice(1), 'f64')
  const outputs = forward(architecture, parameters, reshape(one, [1, ...one.shape])).shape[1]!
  return Array.from(labels.data, (label) => (outputs === 1 ? (label === 1 ? 1 : -1) : label))
}

function sampleOf(
  { architecture, parameters }: Network,
  { found, status, verified, norm, adversarial, queries }: AttackResult,
  index: number,
  label: number,
  lower: number | undefined,
): AttackedSample {
  const y = forward(architecture, parameters, reshape(adversarial, [1, ...adversarial.shape])).data
  const values = Array.from(y)
  const own =
    values.length === 1
      ? Math.sign(values[0]!)
      : values.indexOf(values.reduce((m, v) => Math.max(m, v), -Infinity))
  return {
    ...{ index, found, status, verified, label, queries },
    norm: found ? norm : status === 'already' ? 0 : null,
    adversarialLabel: found || status === 'already' ? own : null,
    ...(lower !== undefined && { lower }),
  }
}

function summary({ samples, norm, method, model, seconds }: AttackReport): string {
  const counts = new Map<string, number>()
  for (const { status } of samples) counts.set(status, (counts.get(status) ?? 0) + 1)
  const distances = samples
    .flatMap(({ found, norm }) => (found && norm !== null ? [norm] : []))
    .sort((a, b) => a - b)
  const ratios = samples
    .flatMap(({ found, norm, lower }) => (found && lower ? [norm! / lower] : []))
    .sort((a, b) => a - b)
  const middle = (list: readonly number[]): string =>
    list.length > 0 ? formatNumber(list[list.length >> 1]!) : 'none'
  return (
    `${method} on ${model}, ${norm}: ${[...counts].map(([status, n]) => `${n} ${status}`).join(', ')}; ${formatSeconds(seconds)}\n` +
    `median distance: ${middle(distances)}\n` +
    (ratios.length > 0 ? `median of upper over lower end: ${middle(ratios)}\n` : '')
  )
}

/** The first dozen samples whose class changed, as images. */
function triples(
  x: Tensor,
  results: Outcome['results'],
  samples: readonly AttackedSample[],
): readonly Triple[] {
  const shape = x.shape.slice(1)
  if (!isImage(shape)) return []
  const size = x.size / x.shape[0]!
  return results
    .map(({ result }, i) => ({ result, sample: samples[i]!, i }))
    .filter(({ result }) => result.found)
    .slice(0, 12)
    .map(({ result, sample, i }) => {
      const change = result.perturbation.data as Float64Array
      const most = change.reduce((m, v) => Math.max(m, Math.abs(v)), 0)
      return {
        clean: {
          shape,
          values: (x.data as Float64Array).subarray(i * size, (i + 1) * size),
          caption: `${sample.label}`,
        },
        perturbation: { shape, values: change, caption: `×${formatNumber(0.5 / most, 2)}`, signed: most },
        adversarial: { shape, values: result.adversarial.data, caption: `${sample.adversarialLabel}` },
      }
    })
}
