import { outputShape, type Architecture, type Layer } from '../architecture.ts'

/**
 * An architecture from JSON. Errors: RangeError naming what is missing or of another kind, or the layer whose
 * shapes do not fit.
 */
export function parseArchitecture(json: string): Architecture {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new RangeError('parseArchitecture: expected JSON, got other text', { cause })
  }
  const { name, input, layers } = record('architecture', value)
  if (typeof name !== 'string') throw expected('name', 'a text', name)
  const architecture = { name, input: sizes('input', input), layers: parsedLayers(layers) }
  outputShape(architecture)
  return architecture
}

function parsedLayers(value: unknown): readonly Layer[] {
  if (!Array.isArray(value)) throw expected('layers', 'a list', value)
  return value.map((item) => {
    const layer = record('layer', item)
    const { kind, name } = layer
    switch (kind) {
      case 'linear':
      case 'conv': {
        if (typeof name !== 'string' || name === '') throw expected(`${kind}.name`, 'a text', name)
        const shared = {
          name,
          ...{
            inputs: number(layer, 'inputs'),
            outputs: number(layer, 'outputs'),
            bias: layer['bias'] === true,
          },
          ...('gain' in layer ? { gain: number(layer, 'gain') } : {}),
          ...('variance' in layer ? { variance: number(layer, 'variance') } : {}),
        }
        if (kind === 'linear') return { kind, ...shared }
        return {
          kind,
          ...shared,
          size: pair(layer, 'size'),
          stride: pair(layer, 'stride'),
          padding: pair(layer, 'padding'),
        }
      }
      case 'maxPool':
      case 'averagePool':
        return { kind, size: pair(layer, 'size'), stride: pair(layer, 'stride') }
      case 'activation':
        if (typeof layer['activation'] !== 'string')
          throw expected('activation', 'a name', layer['activation'])
        // outputShape refuses names that are none.
        return {
          kind,
          activation: layer['activation'] as Extract<Layer, { kind: 'activation' }>['activation'],
        }
      case 'flatten':
        return { kind }
      case 'residual': {
        const main = { kind, layers: parsedLayers(layer['layers']) } as const
        return layer['shortcut'] === undefined ? main : { ...main, shortcut: parsedLayers(layer['shortcut']) }
      }
      default:
        throw expected('layer', 'a known kind', kind)
    }
  })
}

function record(what: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw expected(what, 'an object', value)
}

function number(layer: Record<string, unknown>, key: string): number {
  const value = layer[key]
  if (typeof value !== 'number') throw expected(String(layer['name']), `a number ${key}`, value)
  return value
}

function pair(layer: Record<string, unknown>, key: string): readonly [number, number] {
  const found = sizes(key, layer[key])
  if (found.length !== 2) throw expected(key, 'two sizes', JSON.stringify(found))
  return found as unknown as readonly [number, number]
}

function sizes(what: string, value: unknown): readonly number[] {
  if (Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)) return value as number[]
  throw expected(what, 'a list of sizes', JSON.stringify(value))
}

function expected(what: string, wanted: string, got: unknown): RangeError {
  return new RangeError(`parseArchitecture: expected ${wanted} as ${what}, got ${String(got)}`)
}
