import { range } from '../data/index.ts'
import { conjugateKernel, mercer, ntk } from '../spectra/index.ts'
import type { SpectrumResult } from '../report/index.ts'
import { formatNumber, formatSeconds } from '../report/numbers.ts'
import { fileDestination, folderDestinations } from './files.ts'
import { checkFit, dataNamed, modelNamed, reading } from './inputs.ts'
import { oneOf, place, readOptions, wholeNumber, type OptionSpec } from './options.ts'
import { UsageError } from './usage.ts'
import type { Surroundings } from './verify.ts'

const spec = {
  ...{ model: 'value', architecture: 'value', data: 'value', kernel: 'value', count: 'value' },
  ...{ json: 'value', report: 'value', help: 'flag' },
} as const satisfies OptionSpec

export const spectrumHelp: string = `glassjaw spectrum computes the eigenvalues of a network's kernel on samples.

  glassjaw spectrum --model FILE [options]

  --model FILE        safetensors, as glassjaw train writes it, or ONNX
  --architecture FILE its architecture as JSON, where the file has none
  --data DIR|glyphs   whose test samples are the points (default: glyphs)
  --kernel ntk|conjugate
                      of all parameters, summed over the outputs, or of the last
                      hidden layer (default: conjugate)
  --count N           points (default: 100)
  --json FILE         write the result as JSON; - writes it to standard output
  --report DIR        write DIR/index.html with a figure
`

/** Prints the Mercer eigenvalues of a network's empirical kernel. Returns the exit code. */
export async function spectrumCommand(
  args: readonly string[],
  { terminal, maker }: Surroundings,
): Promise<number> {
  const { options: given, words } = readOptions('spectrum', args, spec)
  if (given.has('help')) {
    terminal.out(spectrumHelp)
    return 0
  }
  const file = given.get('model')
  if (file === undefined || words.length > 0)
    throw new UsageError(`spectrum: expected --model FILE, got ${words[0] ?? 'nothing'}`)
  const kernel = oneOf('spectrum', 'a kernel', given.get('kernel') ?? 'conjugate', [
    'ntk',
    'conjugate',
  ] as const)
  const count = wholeNumber('spectrum', '--count', given.get('count') ?? '100', 1, 5000)
  const [json, report] = [given.get('json'), given.get('report')]
  const jsonFile =
    json === undefined || json === '-'
      ? undefined
      : fileDestination(place('spectrum', 'a file', json), 'spectrum')
  const pages =
    report === undefined
      ? undefined
      : folderDestinations(place('spectrum', 'a folder', report), ['index.html', 'result.json'])
  const { architecture, parameters } = await modelNamed('spectrum', file, given.get('architecture'))
  const { test } = await dataNamed('spectrum', given.get('data') ?? 'glyphs', 1)
  checkFit('spectrum', architecture, test)
  const { inputs } = range(test, 0, Math.min(count, test.labels.size))
  const start = performance.now()
  const gram = await reading('spectrum', () =>
    (kernel === 'ntk' ? ntk : conjugateKernel)(architecture, parameters, inputs),
  )
  const eigenvalues = Array.from(mercer(gram))
  const trace = eigenvalues.reduce((sum, value) => sum + value, 0)
  const squares = eigenvalues.reduce((sum, value) => sum + value * value, 0)
  const result: SpectrumResult = {
    ...{ schema: 1, model: file, data: test.name, kernel, points: eigenvalues.length, eigenvalues, trace },
    ...{ effectiveRank: (trace * trace) / squares, seconds: (performance.now() - start) / 1000 },
  }
  const print = json === '-' ? terminal.error : terminal.out
  print(
    `${kernel} of ${file} on ${result.points} samples of ${test.name}, ${formatSeconds(result.seconds)}\n` +
      `largest:        ${eigenvalues
        .slice(0, 5)
        .map((value) => formatNumber(value))
        .join(', ')}\n` +
      `smallest:       ${formatNumber(eigenvalues.at(-1)!)}\n` +
      `effective rank: ${formatNumber(result.effectiveRank)}\n`,
  )
  const text = `${JSON.stringify(result)}\n`
  if (json === '-') terminal.out(text)
  jsonFile?.write(text)
  if (pages) {
    const { renderSpectrum } = await import('../report/index.ts')
    pages[0]!.write(renderSpectrum(result, maker))
    pages[1]!.write(text)
    print(`Report: ${pages[0]!.path}\n`)
  }
  return 0
}
