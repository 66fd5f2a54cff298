/** Just enough of protobuf to write models that no exporter would. */
type Part = Uint8Array | string | number

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  return Uint8Array.of(...bytes, left)
}

/** Fields by number and content: texts and messages by their length, whole numbers as they are. */
function message(...parts: readonly (readonly [number: number, content: Part])[]): Uint8Array {
  return joined(
    parts.flatMap(([number, content]) => {
      if (typeof content === 'number') return [varint(8 * number), varint(content)]
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      return [varint(8 * number + 2), varint(bytes.length), bytes]
    }),
  )
}

/** A constant of floats; with `external`, one whose numbers lie in another file. */
export function constant(
  name: string,
  shape: readonly number[],
  values: readonly number[],
  external = 0,
): Uint8Array {
  const raw = new Uint8Array(Float32Array.from(values).buffer)
  return message(...shape.map((n) => [1, n] as const), [2, 1], [8, name], [9, raw], [14, external])
}

type Value = string | number | readonly number[] | { readonly float: number }

function attribute(name: string, value: Value): Uint8Array {
  if (typeof value === 'string') return message([1, name], [4, value])
  if (typeof value === 'number') return message([1, name], [3, value])
  if (!('float' in value)) return message([1, name], ...value.map((n) => [8, n] as const))
  const bytes = new Uint8Array(Float32Array.of(value.float).buffer)
  return joined([message([1, name]), varint(8 * 2 + 5), bytes])
}

/** A node, written `out = Type(a, b)`. */
export function node(
  text: string,
  attributes: Readonly<Record<string, Value>> = {},
  domain = '',
): Uint8Array {
  const [, output, type, inputs] = /^(\S+) = (\w+)\((.*)\)$/.exec(text)!
  return message(
    ...inputs!.split(', ').map((input) => [1, input] as const),
    [2, output!],
    [4, type!],
    ...Object.entries(attributes).map(([name, value]) => [5, attribute(name, value)] as const),
    [7, domain],
  )
}

/** A model from `x` of this shape to `y`. */
export function model(
  shape: readonly number[],
  nodes: readonly Uint8Array[],
  constants: readonly Uint8Array[] = [],
  version = 13,
): Uint8Array {
  const dimensions = message(...shape.map((n) => [1, message([1, n])] as const))
  const input = message([1, 'x'], [2, message([1, message([1, 1], [2, dimensions])])])
  const graph = message(
    ...nodes.map((n) => [1, n] as const),
    ...constants.map((c) => [5, c] as const),
    [11, input],
    [12, message([1, 'y'])],
  )
  return message([7, graph], [8, message([1, ''], [2, version])])
}
