// Starts other programs the same way on every system: no shell syntax, no executable bits.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs a Node program of the checkout, its output passed through.
 * @param {string} file relative to the root
 * @param {string[]} options
 * @returns {boolean} whether it ended with status 0
 */
export function runNode(file, ...options) {
  const { status } = spawnSync(process.execPath, [path.join(root, file), ...options], {
    cwd: root,
    stdio: 'inherit',
  })
  return status === 0
}

/**
 * Runs npm and returns what it printed.
 * @param {string} cwd
 * @param {string[]} options without spaces: Windows starts npm through its shell
 */
export function npm(cwd, ...options) {
  const script = process.env['npm_execpath']
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []]
  const shell = process.platform === 'win32' && command === 'npm'
  const { status, stdout, stderr } = spawnSync(command, [...first, ...options], {
    cwd,
    shell,
    encoding: 'utf8',
  })
  if (status !== 0)
    throw new Error(`npm ${options.join(' ')}: expected status 0, got ${status}\n${stdout}${stderr}`)
  return stdout
}
