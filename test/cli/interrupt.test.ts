import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from '../../proofs-check/index.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const possible = process.platform !== 'win32' && existsSync(main)

/** Starts the built command line, interrupts it as soon as it reports progress, and waits for its end. */
async function interrupted(
  workers: number,
  folder: string,
): Promise<{ code: number | null; stderr: string }> {
  const options = ['verify', '--budget', 'thorough', '--workers', String(workers), '--report', folder]
  const child = spawn(process.execPath, [main, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...{ timeout: 45_000, killSignal: 'SIGKILL' },
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr === '') child.kill('SIGINT')
    stderr += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stderr }
}

test.skipIf(!possible).each([1, 2])(
  'Ctrl-C with %d workers writes what was found and ends with 130',
  async (workers) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-'))
    try {
      const { code, stderr } = await interrupted(workers, folder)
      expect(code, stderr).toBe(130)
      expect(readdirSync(folder).sort()).toEqual(['index.html', 'result.json'])
      const { claims } = parse(readFileSync(path.join(folder, 'result.json'), 'utf8'))
      expect(claims.map(({ verdict }) => verdict)).toContain('incomplete')
      expect(readFileSync(path.join(folder, 'index.html'), 'utf8')).toContain('incomplete')
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
