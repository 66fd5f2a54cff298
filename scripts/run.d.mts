export const root: string
export function runNode(file: string, ...options: string[]): boolean
export function npm(cwd: string, ...options: string[]): string
