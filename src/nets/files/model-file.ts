import type { Tensor } from '../../array/index.ts'
import { readSafetensors, writeSafetensors } from '../../data/index.ts'
import { checkParameters, type Architecture, type Parameters } from '../architecture.ts'
import type { Checkpoint } from '../training/checkpoint.ts'
import { parseArchitecture } from './architecture-json.ts'

/** A network with its numbers. */
export interface StoredModel {
  readonly architecture: Architecture
  readonly parameters: Parameters
  /** Further texts, such as what the network was trained on. */
  readonly metadata: Readonly<Record<string, string>>
}

const schema = 1
const [schemaKey, architectureKey] = ['glassjaw.schema', 'glassjaw.architecture']

/**
 * A network as safetensors, with PyTorch's names and layouts (`fc1.weight` [out, in], `conv1.weight` [out,
 * in, h, w]) and its architecture as JSON in the metadata. A layer's `gain` is not in the numbers: PyTorch
 * sees the same network only where gains are 1.
 */
export function writeModel({
  architecture,
  parameters,
  metadata = {},
}: Partial<StoredModel> & Omit<StoredModel, 'metadata'>): Uint8Array {
  checkParameters(architecture, parameters)
  const own = { [schemaKey]: String(schema), [architectureKey]: JSON.stringify(architecture) }
  return writeSafetensors(parameters, { format: 'pt', ...metadata, ...own })
}

/**
 * The network in safetensors bytes. Files from elsewhere, which hold numbers alone, need `architecture` as
 * JSON. Errors: RangeError for files without an architecture, of a newer schema, and whatever does not fit
 * the architecture, by name.
 */
export function readModel(bytes: Uint8Array, architecture?: string): StoredModel {
  const { tensors, metadata } = readSafetensors(bytes)
  const { [schemaKey]: written, [architectureKey]: stored, ...rest } = metadata
  checkSchema('readModel', written)
  const json = architecture ?? stored
  if (json === undefined)
    throw new RangeError(
      'readModel: expected an architecture in the file, got none\nhint: give it as JSON beside the file',
    )
  const parsed = parseArchitecture(json)
  checkParameters(parsed, tensors)
  return { architecture: parsed, parameters: tensors, metadata: rest }
}

function checkSchema(op: string, written: string | undefined): void {
  if (written === undefined || written === String(schema)) return
  throw new RangeError(`${op}: expected schema ${schema}, got ${written}\nhint: written by a newer version`)
}

/**
 * A training run between two steps as safetensors: parameters and state in their own dtypes, the rest as
 * JSON.
 */
export function writeCheckpoint({ step, recipe, parameters, state }: Checkpoint): Uint8Array {
  const tensors: Record<string, Tensor> = {}
  for (const [name, x] of Object.entries(parameters)) tensors[`parameters/${name}`] = x
  for (const [slot, tree] of Object.entries(state))
    for (const [name, x] of Object.entries(tree)) tensors[`state/${slot}/${name}`] = x
  return writeSafetensors(tensors, {
    [schemaKey]: String(schema),
    step: String(step),
    recipe: JSON.stringify(recipe),
  })
}

/** Errors: RangeError for files that hold no training run, or one of a newer schema. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes)
  const { [schemaKey]: written, step = '', recipe = '' } = metadata
  checkSchema('readCheckpoint', written)
  if (!/^\d{1,15}$/.test(step) || !recipe.startsWith('{'))
    throw new RangeError('readCheckpoint: expected step and recipe in the metadata, got a file without')
  const parameters = new Map<string, Tensor>()
  const state = new Map<string, Map<string, Tensor>>()
  for (const [path, x] of Object.entries(tensors)) {
    const [, kind, slot, name] = /^(?:(parameters)|state\/([^/]+))\/(.+)$/.exec(path) ?? []
    if (kind) parameters.set(name!, x)
    else if (slot) state.set(slot, (state.get(slot) ?? new Map<string, Tensor>()).set(name!, x))
    else throw new RangeError(`readCheckpoint: expected parameters/… and state/…, got ${path}`)
  }
  const trees = Array.from(state, ([slot, tree]) => [slot, Object.fromEntries(tree)] as const)
  return {
    ...{ schema, step: Number(step), recipe: json('readCheckpoint', recipe) },
    parameters: Object.fromEntries(parameters),
    state: Object.fromEntries(trees),
  }
}

function json(op: string, text: string): Checkpoint['recipe'] {
  try {
    return JSON.parse(text) as Checkpoint['recipe']
  } catch (cause) {
    throw new RangeError(`${op}: expected a recipe in JSON, got other text`, { cause })
  }
}
