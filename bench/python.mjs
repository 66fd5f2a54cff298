/** Runs peers.py where there is a Python that has the packages. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('peers.py', import.meta.url))

/** What the script printed, or undefined when this Python cannot run it. */
function answer(command, ...words) {
  const { status, stdout } = spawnSync(command, [script, ...words], { encoding: 'utf8' })
  return status === 0 ? JSON.parse(stdout) : undefined
}

function find() {
  const candidates = [process.env['PYTHON'], 'python3', '/usr/bin/python3'].filter((one) => one)
  const found = candidates
    .map((command) => ({ command, versions: answer(command)?.versions ?? {} }))
    .sort((a, b) => Object.keys(b.versions).length - Object.keys(a.versions).length)
  return found[0]
}

let python

/** Versions of Python's packages that are there; none when there is no Python. */
export function pythonVersions() {
  python ??= find()
  return python.versions
}

/** Figures in ms and a `probe` of every work, or a line that says why not. */
export function measureInPython(works) {
  if (Object.keys(pythonVersions()).length === 0)
    return Object.fromEntries(works.map((work) => [work, 'not installed']))
  const results = answer(python.command, ...works)?.works ?? {}
  return Object.fromEntries(works.map((work) => [work, results[work] ?? 'failed']))
}
