export interface SyntaxNode {
  readonly type: string
  readonly [field: string]: unknown
}
export interface Import {
  readonly specifier: string
  readonly dynamic: boolean
}
export function walk(node: unknown, visit: (node: SyntaxNode, parent?: SyntaxNode) => void): void
export function parse(source: string): SyntaxNode
export function importsOf(source: string): Import[]
export function sourceFiles(...folders: string[]): string[]
