// Adds up vitest's JSON reports; a step that failed without a failed test of its own counts as one.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

const [folder = '', failedSteps = '0'] = process.argv.slice(2)
const reports = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
const passed = reports.reduce((sum, report) => sum + report.numPassedTests, 0)
const failedTests = reports.reduce((sum, report) => sum + report.numFailedTests, 0)
const redReports = reports.filter((report) => report.numFailedTests > 0).length
const failed = failedTests + Math.max(0, Number(failedSteps) - redReports)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
