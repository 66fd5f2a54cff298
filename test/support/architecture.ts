import { isBuiltin } from 'node:module'
import path from 'node:path'
import { importsOf, parse, walk } from '../../scripts/modules.mjs'

/** Sources by path relative to the root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>

/** Rooms of one line do not see each other; every room sees those of the lines above. */
const order = [
  ['math'],
  ['array'],
  ['tape'],
  ['run'],
  ['ops'],
  ['random'],
  ['data', 'stats', 'linalg'],
  ['nets'],
  ['attacks'],
  ['certify'],
  ['spectra'],
  ['proofs-check'],
  ['report'],
  ['cli'],
]
const rank = new Map(order.flatMap((rooms, i) => rooms.map((room) => [room, i] as const)))
const seenByKernels = ['math', 'array', 'tape', 'run', 'ops', 'random']
const seenByTheFace = ['math', 'array', 'tape', 'run', 'ops']

/** `src/math/exp.ts` → `math`, `proofs-check/x.ts` → `proofs-check`, `src/index.ts` → `index`. */
export function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return first !== 'src' ? first : second.replace(/\.ts$/, '')
}

function maySee(from: string, to: string, dynamic: boolean): boolean {
  if (from === to) return true
  if (from === 'index') return seenByTheFace.includes(to)
  if (from === 'kernels') return seenByKernels.includes(to)
  if (to === 'kernels') return dynamic && (from === 'report' || from === 'cli')
  const [a, b] = [rank.get(from), rank.get(to)]
  return a !== undefined && b !== undefined && b < a
}

/** Node's own modules are packages here: only the command line touches them, and the report must do without. */
function mayUsePackage(room: string, specifier: string): boolean {
  if (specifier === 'fast-check') return room === 'proofs-check'
  if (specifier === 'gpu.js') return room === 'kernels'
  return room === 'cli' || (room === 'report' && !isBuiltin(specifier))
}

const isRelative = (specifier: string): boolean => /^\.{1,2}\//.test(specifier)
const resolve = (file: string, specifier: string): string =>
  path.posix.join(path.posix.dirname(file), specifier)

/** Imports against the order of the rooms, of packages that a room may not use, and of what cannot be read off the source. */
export function importViolations(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) => {
    const room = roomOf(file)
    return importsOf(source).flatMap(({ specifier, dynamic }) => {
      const allowed = isRelative(specifier)
        ? maySee(room, roomOf(resolve(file, specifier)), dynamic)
        : mayUsePackage(room, specifier)
      return allowed ? [] : [`${file} imports ${specifier === '' ? 'a computed name' : specifier}`]
    })
  })
}

/** Everything that importing `entry` loads: files, and packages by name. Types count, since declarations import them too. */
export function reachable(sources: Sources, entry: string): Set<string> {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    const source = sources.get(file)
    if (source === undefined) return
    for (const { specifier } of importsOf(source))
      visit(isRelative(specifier) ? resolve(file, specifier) : specifier)
  }
  visit(entry)
  return found
}

/** Whatever `entry` reaches that is not a source of ours: packages, Node's own modules, missing files. */
export function outsideReach(sources: Sources, entry: string): string[] {
  return [...reachable(sources, entry)].filter((name) => !sources.has(name))
}

const exact = ['sqrt', 'abs', 'floor', 'ceil', 'trunc', 'min', 'max', 'sign', 'fround', 'imul', 'clz32']

/** Uses of `Math` beyond its exactly specified functions, aliases of `Math`, and the power operator. */
export function inexactMath(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) => {
    const found: string[] = []
    walk(parse(source), (node, parent) => {
      if (node['operator'] === '**' || node['operator'] === '**=')
        found.push(`${file} uses ${node['operator']}`)
      if (node.type !== 'Identifier' || node['name'] !== 'Math') return
      const isMember =
        parent?.type === 'MemberExpression' && parent['object'] === node && parent['computed'] === false
      const { name } = (isMember ? parent['property'] : {}) as { name?: string }
      if (name === undefined) found.push(`${file} uses Math without naming its function`)
      else if (!exact.includes(name)) found.push(`${file} uses Math.${name}`)
    })
    return found
  })
}

/** Statements other than `export … from`. */
export function notReexports(source: string): string[] {
  const body = parse(source)['body'] as { type: string; source?: unknown }[]
  return body
    .filter((statement) => !statement.source || !statement.type.startsWith('Export'))
    .map(({ type }) => type)
}

/** Files longer than a reader should have to hold in mind. */
export function tooLong(sources: Sources, limit: number): string[] {
  return [...sources].flatMap(([file, source]) => {
    const lines = source.split('\n').length - 1
    return lines > limit ? [`${file} has ${lines} lines`] : []
  })
}

/** What npm would install beside the package. */
export function runtimeDependencies(manifest: Readonly<Record<string, unknown>>): string[] {
  const meta = (manifest['peerDependenciesMeta'] ?? {}) as Record<string, { optional?: boolean }>
  const names = (field: string): string[] => Object.keys(manifest[field] ?? {})
  const required = names('peerDependencies').filter((name) => meta[name]?.optional !== true)
  return [
    ...names('dependencies'),
    ...names('optionalDependencies'),
    ...names('bundledDependencies'),
    ...required,
  ]
}
