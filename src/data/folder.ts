import { showShape, Tensor } from '../array/index.ts'
import { readCifar } from './cifar.ts'
import { readCsv } from './csv.ts'
import { checkDataset, type Dataset } from './dataset.ts'
import { unpacked } from './gzip.ts'
import { readIdx } from './idx.ts'
import { readNpy } from './npy.ts'
import { readNpz } from './npz.ts'
import { readSafetensors } from './safetensors.ts'

/** A file of a directory; its bytes are read when they are needed. */
export interface NamedFile {
  readonly name: string
  bytes(): Uint8Array | Promise<Uint8Array>
}

/** The two parts of a data set. */
export interface TrainTest {
  readonly train: Dataset
  readonly test: Dataset
}

/**
 * The data set that a directory holds, recognised by the names of its files:
 *
 * - `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-…` (MNIST, Fashion-MNIST), with or without
 *   `.gz`;
 * - `data_batch_1.bin` … `test_batch.bin` (CIFAR-10), `train.bin` and `test.bin` (CIFAR-100);
 * - an `.npz` with `x_train`, `y_train`, `x_test`, `y_test` (Keras): images [n, h, w] or [n, h, w, c];
 * - `train.csv` and `test.csv`, with the label in the column named `label` or else the first.
 *
 * Images of bytes are scaled to [0, 1]. Errors: RangeError that says what is missing, or by the reader's
 * name.
 */
export async function readFolder(name: string, files: readonly NamedFile[]): Promise<TrainTest> {
  const find = (wanted: string): NamedFile | undefined =>
    files.find((file) => file.name === wanted || file.name === `${wanted}.gz`)
  const need = async (wanted: string): Promise<Uint8Array> => {
    const file = find(wanted)
    if (!file) throw new RangeError(`${name}: expected the file ${wanted} beside the others, got none`)
    return unpacked(name, await file.bytes())
  }
  if (find('train-images-idx3-ubyte') || find('t10k-images-idx3-ubyte')) {
    const part = async (prefix: string): Promise<Dataset> => {
      const images = readIdx(await need(`${prefix}-images-idx3-ubyte`))
      return fromImages(name, images, readIdx(await need(`${prefix}-labels-idx1-ubyte`)))
    }
    return withClasses(await part('train'), await part('t10k'))
  }
  if (find('data_batch_1.bin')) {
    const batches: Dataset[] = []
    for (let i = 1; i <= 5 && find(`data_batch_${i}.bin`); i++)
      batches.push(readCifar(await need(`data_batch_${i}.bin`), 10))
    return { train: stacked(batches), test: readCifar(await need('test_batch.bin'), 10) }
  }
  if (find('train.bin'))
    return { train: readCifar(await need('train.bin'), 100), test: readCifar(await need('test.bin'), 100) }
  const archive = files.find((file) => file.name.endsWith('.npz'))
  if (archive) {
    const tensors = await readNpz(await archive.bytes())
    const part = (which: 'train' | 'test'): Dataset => {
      const [x, y] = [tensors[`x_${which}`], tensors[`y_${which}`]]
      if (!x || !y)
        throw new RangeError(
          `${archive.name}: expected x_${which} and y_${which}, got ${Object.keys(tensors).join(', ')}`,
        )
      return fromImages(name, x, y)
    }
    return withClasses(part('train'), part('test'))
  }
  if (find('train.csv')) {
    const part = async (which: string): Promise<Dataset> => fromTable(name, await need(`${which}.csv`))
    return withClasses(await part('train'), await part('test'))
  }
  throw new RangeError(
    `${name}: expected the files of MNIST, CIFAR, an .npz or train.csv, got ` +
      (files.map((file) => file.name).join(', ') || 'none'),
  )
}

/** Images [n, h, w] or [n, h, w, c] of bytes, or of floats as they are, with labels [n] or [n, 1]. */
function fromImages(name: string, images: Tensor, labels: Tensor): Dataset {
  const [n, h, w, c = 1] = images.shape
  const rank = images.shape.length
  if (
    n === undefined ||
    (rank !== 2 && rank !== 3 && rank !== 4) ||
    labels.dtype !== 'i32' ||
    labels.size !== n
  )
    throw new RangeError(
      `${name}: expected images [n,h,w], [n,h,w,c] or vectors [n,d] and n whole labels, got ` +
        `${showShape(images.shape)} and ${labels.dtype}${showShape(labels.shape)}`,
    )
  const scale = images.dtype === 'i32' ? 1 / 255 : 1
  const inputs = new Float32Array(images.size)
  const { data } = images
  const pixels = rank === 2 ? h! : h! * w!
  for (let i = 0; i < n; i++)
    for (let p = 0; p < pixels; p++)
      for (let k = 0; k < c; k++) inputs[(i * c + k) * pixels + p] = data[(i * pixels + p) * c + k]! * scale
  const shape = rank === 2 ? [n, h!] : [n, c, h!, w!]
  return checkedSet(name, new Tensor(inputs, shape, 'f32'), Int32Array.from(labels.data))
}

function fromTable(name: string, bytes: Uint8Array): Dataset {
  const { names, values } = readCsv(bytes)
  const [n, columns] = values.shape as [number, number]
  const column = Math.max(0, names.indexOf('label'))
  const labels = new Int32Array(n)
  const inputs = new Float32Array(n * (columns - 1))
  for (let i = 0; i < n; i++) {
    const label = values.data[i * columns + column]!
    if (!Number.isInteger(label))
      throw new RangeError(`${name}: expected whole labels, got ${label} in row ${i + 1}`)
    labels[i] = label
    let at = i * (columns - 1)
    for (let j = 0; j < columns; j++) if (j !== column) inputs[at++] = values.data[i * columns + j]!
  }
  return checkedSet(name, new Tensor(inputs, [n, columns - 1], 'f32'), labels)
}

/** Both parts with the classes of either, since one of them may lack samples of the last. */
function withClasses(train: Dataset, test: Dataset): TrainTest {
  const classes = Math.max(train.classes, test.classes)
  return { train: { ...train, classes }, test: { ...test, classes } }
}

function checkedSet(name: string, inputs: Tensor, labels: Int32Array): Dataset {
  let classes = 1
  for (const label of labels) classes = Math.max(classes, label + 1)
  const set = { name, inputs, labels: new Tensor(labels, [labels.length], 'i32'), classes }
  checkDataset(set)
  return set
}

function stacked(parts: readonly Dataset[]): Dataset {
  const [first] = parts as [Dataset]
  const n = parts.reduce((sum, { labels }) => sum + labels.size, 0)
  const each = first.inputs.size / first.labels.size
  const [inputs, labels] = [new Float32Array(n * each), new Int32Array(n)]
  let at = 0
  for (const part of parts) {
    inputs.set(part.inputs.data as Float32Array, at * each)
    labels.set(part.labels.data as Int32Array, at)
    at += part.labels.size
  }
  return {
    ...first,
    inputs: new Tensor(inputs, [n, ...first.inputs.shape.slice(1)], 'f32'),
    labels: new Tensor(labels, [n], 'i32'),
  }
}

/**
 * A file's format with the facts that its header tells, one a line. Errors: RangeError by the reader's name.
 */
export async function describe({ name, bytes }: NamedFile): Promise<string[]> {
  const raw = await bytes()
  const content = await unpacked(name, raw)
  const packed = content === raw ? '' : ' (gzip)'
  const base = name.replace(/\.gz$/, '')
  const line = (title: string, x: Tensor): string => `${title}: ${x.dtype} ${showShape(x.shape)}${rangeOf(x)}`
  if (base.endsWith('.npy')) return [`NPY${packed}`, line('tensor', readNpy(content))]
  if (base.endsWith('.npz'))
    return ['NPZ', ...Object.entries(await readNpz(content)).map(([key, x]) => line(key, x))]
  if (base.endsWith('.safetensors')) {
    const { tensors, metadata } = readSafetensors(content)
    const texts = Object.entries(metadata).map(([key, value]) => `metadata ${key}: ${value}`)
    return ['safetensors', ...texts, ...Object.entries(tensors).map(([key, x]) => line(key, x))]
  }
  if (base.endsWith('.csv')) {
    const { names, values } = readCsv(content)
    return [
      `CSV${packed}`,
      ...(names.length > 0 ? [`columns: ${names.join(', ')}`] : []),
      line('table', values),
    ]
  }
  if (base.endsWith('.bin')) {
    const set = readCifar(content, /batch/.test(base) ? 10 : 100)
    return [set.name, line('images', set.inputs), line('labels', set.labels)]
  }
  return [`IDX${packed}`, line('tensor', readIdx(content))]
}

function rangeOf({ data, size }: Tensor): string {
  if (size === 0) return ''
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < size; i++) {
    low = Math.min(low, data[i]!)
    high = Math.max(high, data[i]!)
  }
  return `, from ${low} to ${high}`
}
