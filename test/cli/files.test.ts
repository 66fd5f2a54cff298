import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileDestination, folderDestinations } from '../../src/cli/files.ts'
import { UsageError } from '../../src/cli/usage.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'glassjaw-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('checking a place changes nothing, writing replaces the whole file', () => {
  const file = path.join(folder, 'a.json')
  writeFileSync(file, 'a much longer old text')
  const destination = fileDestination(file)
  expect(readdirSync(folder)).toEqual(['a.json'])
  expect(readFileSync(file, 'utf8')).toBe('a much longer old text')
  destination.write('new')
  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['a.json'])
})

test('a folder is made, with its parents, and used again', () => {
  const target = path.join(folder, 'deep/er')
  for (const text of ['first', 'second']) {
    for (const destination of folderDestinations(target, ['index.html', 'result.json']))
      destination.write(text)
    expect(readdirSync(target)).toEqual(['index.html', 'result.json'])
    expect(readFileSync(path.join(target, 'index.html'), 'utf8')).toBe(text)
  }
})

test('a failed write leaves the old file and nothing beside it', () => {
  const file = path.join(folder, 'a.json')
  const destination = fileDestination(file)
  mkdirSync(path.join(file, 'in the way'), { recursive: true })
  expect(() => destination.write('new')).toThrow()
  expect(readdirSync(folder)).toEqual(['a.json'])
})

test.skipIf(process.platform === 'win32')('a link stays a link', () => {
  writeFileSync(path.join(folder, 'real.json'), 'old')
  symlinkSync('real.json', path.join(folder, 'link.json'))
  fileDestination(path.join(folder, 'link.json')).write('new')
  expect(lstatSync(path.join(folder, 'link.json')).isSymbolicLink()).toBe(true)
  expect(readFileSync(path.join(folder, 'real.json'), 'utf8')).toBe('new')
})

test.skipIf(process.platform === 'win32')('a device is written to, not replaced', () => {
  fileDestination('/dev/null').write('text')
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
})

test('what cannot be written is refused before anything runs', () => {
  writeFileSync(path.join(folder, 'file'), '')
  expect(() => fileDestination(folder)).toThrow(UsageError)
  expect(() => fileDestination(path.join(folder, 'missing/a.json'))).toThrow(
    /^verify: expected a file that can be written for .*, got ENOENT/,
  )
  expect(() => folderDestinations(path.join(folder, 'file'), ['index.html'])).toThrow(
    /^verify: expected a folder that can be written for /,
  )
})
