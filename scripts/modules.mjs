// What a source file imports, read from its syntax tree: types and import() included.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { parseAst } from 'vitest/node'
import { root } from './run.mjs'

/**
 * Calls `visit` on every node below a node of a syntax tree, parents first.
 * @param {unknown} node
 * @param {(node: import('./modules.mjs').SyntaxNode, parent?: import('./modules.mjs').SyntaxNode) => void} visit
 * @param {import('./modules.mjs').SyntaxNode} [parent]
 */
export function walk(node, visit, parent) {
  if (Array.isArray(node)) for (const child of node) walk(child, visit, parent)
  if (typeof node !== 'object' || node === null || !('type' in node)) return
  const found = /** @type {import('./modules.mjs').SyntaxNode} */ (node)
  visit(found, parent)
  for (const child of Object.values(found)) walk(child, visit, found)
}

/** The syntax tree of a TypeScript file. @param {string} source @returns {import('./modules.mjs').SyntaxNode} */
export function parse(source) {
  return /** @type {import('./modules.mjs').SyntaxNode} */ (
    /** @type {unknown} */ (parseAst(source, { lang: 'ts' }))
  )
}

/**
 * Every specifier that a source imports or re-exports, in order; `''` for an import() of a computed one.
 * @param {string} source
 * @returns {import('./modules.mjs').Import[]}
 */
export function importsOf(source) {
  /** @type {import('./modules.mjs').Import[]} */
  const found = []
  walk(parse(source), (node) => {
    const isImport = /^(Import|ExportNamed|ExportAll)Declaration$|^(ImportExpression|TSImportType)$/.test(
      node.type,
    )
    if (!isImport || !node['source']) return
    const { value } = /** @type {{ value?: unknown }} */ (node['source'])
    found.push({
      specifier: typeof value === 'string' ? value : '',
      dynamic: node.type === 'ImportExpression',
    })
  })
  return found
}

/** All TypeScript files below these folders, relative to the root, with forward slashes. @param {string[]} folders */
export function sourceFiles(...folders) {
  const present = folders.filter((folder) => existsSync(path.join(root, folder)))
  const files = present.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.posix.join(folder, file.split(path.sep).join('/')),
    ),
  )
  return files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts')).toSorted()
}
