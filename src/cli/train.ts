import { existsSync, readFileSync } from 'node:fs'
import type { Dataset } from '../data/index.ts'
import {
  evaluate,
  lenet,
  mlp,
  readCheckpoint,
  residualNetwork,
  train,
  vgg,
  writeCheckpoint,
  writeModel,
  type Architecture,
  type TrainOptions,
} from '../nets/index.ts'
import { isImage, type Picture, type TrainingResult } from '../report/index.ts'
import { formatSeconds } from '../report/numbers.ts'
import { fileDestination, folderDestinations } from './files.ts'
import { dataNamed, reading } from './inputs.ts'
import { oneOf, place, positiveNumber, readOptions, wholeNumber, type OptionSpec } from './options.ts'
import { stepBar } from './progress.ts'
import { UsageError } from './usage.ts'
import type { Surroundings } from './verify.ts'

const spec = {
  ...{
    data: 'value',
    arch: 'value',
    seed: 'value',
    out: 'value',
    json: 'value',
    report: 'value',
    help: 'flag',
  },
  ...{ epochs: 'value', batch: 'value', rate: 'value', optimiser: 'value', count: 'value' },
  ...{ checkpoint: 'value', resume: 'flag' },
} as const satisfies OptionSpec

export const trainHelp: string = `glassjaw train trains a network and says how well it does on test samples.

  glassjaw train [options]

  --data DIR|glyphs   a directory with MNIST, CIFAR, .npz or CSV files, or the
                      drawn digits that need no download (default: glyphs)
  --arch mlp|lenet|vgg|residual
                      the network (default: lenet for images, else mlp)
  --seed N            of weights and batches (default: 1)
  --epochs N          (default: 10)
  --batch N           samples a step (default: 128)
  --rate X            first learning rate of a cosine schedule
                      (default: 0.002 for adam, 0.05 for sgd)
  --optimiser adam|sgd  (default: adam)
  --count N           use the first N training samples only
  --out FILE          write the network as safetensors, for PyTorch too
  --json FILE         write the result as JSON; - writes it to standard output
  --report DIR        write DIR/index.html: loss curve, confusion table, samples
  --checkpoint FILE   written after every epoch and on Ctrl-C
  --resume            go on from the checkpoint, with the bits of a run that
                      was not interrupted
`

const architectures = ['mlp', 'lenet', 'vgg', 'residual'] as const

/** Trains a network, prints how well it does, writes the files. Returns the exit code. */
export async function trainCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal, maker, signal } = surroundings
  const { options: given, words } = readOptions('train', args, spec)
  if (given.has('help')) {
    terminal.out(trainHelp)
    return 0
  }
  if (words.length > 0) throw new UsageError(`train: expected options only, got ${JSON.stringify(words[0])}`)
  const request = requested(given)
  const { json, report, out, checkpoint } = request
  const files = {
    ...(out !== undefined && { out: fileDestination(out, 'train') }),
    ...(json !== undefined && json !== '-' && { json: fileDestination(json, 'train') }),
    ...(checkpoint !== undefined && { checkpoint: fileDestination(checkpoint, 'train') }),
    ...(report !== undefined && { report: folderDestinations(report, ['index.html', 'result.json']) }),
  }
  const { train: data, test } = await dataNamed('train', request.data, request.count)
  const architecture = architectureFor(request.arch, data)
  const start = performance.now()
  const options: TrainOptions = {
    ...{ architecture, data, seed: request.seed, epochs: request.epochs, batchSize: request.batch, signal },
    optimiser: { kind: request.optimiser },
    schedule: { kind: 'cosine', rate: request.rate },
  }
  const bar = stepBar(terminal, 'train')
  const print = json === '-' ? terminal.error : terminal.out
  const epochs: { epoch: number; step: number; loss: number }[] = []
  const trained = await reading('train', async () => {
    try {
      return await train({
        ...options,
        ...(request.resume && { checkpoint: readCheckpoint(new Uint8Array(readFileSync(checkpoint!))) }),
        onStep: ({ step, steps, loss }) => bar.update(step + 1, steps, `loss ${loss.toPrecision(3)}`),
        onEpoch: ({ epoch, step, loss }) => void epochs.push({ epoch, step, loss }),
        ...(files.checkpoint && { onCheckpoint: (state) => files.checkpoint!.write(writeCheckpoint(state)) }),
      })
    } finally {
      bar.stop()
    }
  })
  files.checkpoint?.write(writeCheckpoint(trained.checkpoint))
  const { parameters, status, steps, losses } = trained
  const onTest = evaluate(architecture, parameters, test)
  const result: TrainingResult = {
    schema: 1,
    ...{
      data: data.name,
      architecture: architecture.name,
      seed: request.seed,
      status,
      steps,
      epochs,
      losses,
    },
    parameters: Object.values(parameters).reduce((sum, { size }) => sum + size, 0),
    trainAccuracy: evaluate(architecture, parameters, data).accuracy,
    ...{ testAccuracy: onTest.accuracy, confusion: onTest.confusion },
    seconds: (performance.now() - start) / 1000,
  }
  print(
    `${result.architecture} on ${result.data}: ${percent(result.testAccuracy)} of ${test.labels.size} test samples right, ` +
      `${percent(result.trainAccuracy)} of the training samples\n` +
      `${status} after ${steps} steps, ${formatSeconds(result.seconds)}\n`,
  )
  const text = `${JSON.stringify(result)}\n`
  if (json === '-') terminal.out(text)
  files.json?.write(text)
  const metadata = { data: data.name, seed: String(request.seed), testAccuracy: String(result.testAccuracy) }
  files.out?.write(writeModel({ architecture, parameters, metadata }))
  for (const [name, { path }] of Object.entries({ Model: files.out, JSON: files.json }).flatMap(([n, f]) =>
    f ? [[n, f] as const] : [],
  ))
    print(`${name}: ${path}\n`)
  if (files.report) {
    const { renderTraining } = await import('../report/index.ts')
    files.report[0]!.write(renderTraining(result, pictures(test, onTest.predictions), maker))
    files.report[1]!.write(text)
    print(`Report: ${files.report[0]!.path}\n`)
  }
  if (status === 'interrupted') {
    terminal.error('train: interrupted between two steps; --resume goes on from a checkpoint\n')
    return 130
  }
  return status === 'diverged' ? 1 : 0
}

function requested(given: ReadonlyMap<string, string>) {
  const optimiser = oneOf('train', 'an optimiser', given.get('optimiser') ?? 'adam', ['adam', 'sgd'] as const)
  const whole = (name: string, otherwise: string, most = 1e9): number =>
    wholeNumber('train', `--${name}`, given.get(name) ?? otherwise, 1, most)
  const file = (name: string): string | undefined => {
    const value = given.get(name)
    return value === undefined
      ? undefined
      : value === '-'
        ? value
        : place('train', `a file for --${name}`, value)
  }
  const checkpoint = file('checkpoint')
  const resume = given.has('resume')
  if (resume && (checkpoint === undefined || !existsSync(checkpoint)))
    throw new UsageError('train: expected --checkpoint FILE with a file to resume from, got none')
  const arch = given.get('arch')
  return {
    data: place('train', 'a directory', given.get('data') ?? 'glyphs'),
    arch: arch === undefined ? undefined : oneOf('train', 'an architecture', arch, architectures),
    seed: wholeNumber('train', '--seed', given.get('seed') ?? '1', 0, Number.MAX_SAFE_INTEGER),
    ...{ epochs: whole('epochs', '10'), batch: whole('batch', '128'), optimiser, resume, checkpoint },
    rate: positiveNumber('train', '--rate', given.get('rate') ?? (optimiser === 'adam' ? '0.002' : '0.05')),
    count: given.has('count') ? whole('count', '') : undefined,
    ...{ out: file('out'), json: file('json'), report: file('report') },
  }
}

/** The named architecture for samples of this shape. */
function architectureFor(
  name: (typeof architectures)[number] | undefined,
  { inputs, classes }: Dataset,
): Architecture {
  const shape = inputs.shape.slice(1)
  const chosen = name ?? (shape.length === 3 ? 'lenet' : 'mlp')
  if (chosen === 'mlp') return mlp({ input: shape, widths: [256, 256], outputs: classes })
  if (shape.length !== 3)
    throw new UsageError(`train: expected images for ${chosen}, got samples of [${shape.join()}]`)
  const input = shape as unknown as readonly [number, number, number]
  if (chosen === 'lenet') return lenet({ input, classes })
  return chosen === 'vgg' ? vgg({ input, classes }) : residualNetwork({ input, classes })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`
}

/** The first test samples, and those that the network gets wrong. */
function pictures({ inputs, labels }: Dataset, predictions: Int32Array): readonly Picture[] {
  const shape = inputs.shape.slice(1)
  if (!isImage(shape)) return []
  const size = shape.reduce((product, n) => product * n, 1)
  const all = Array.from(predictions, (_, i) => i)
  const wrong = all.filter((i) => predictions[i] !== labels.data[i])
  const values = inputs.data as Float32Array
  return [...new Set([...all.slice(0, 12), ...wrong.slice(0, 12)])].map((i) => ({
    ...{ shape, values: values.subarray(i * size, (i + 1) * size) },
    caption:
      predictions[i] === labels.data[i]
        ? `${labels.data[i]}`
        : `${labels.data[i]} taken for ${predictions[i]}`,
  }))
}
