/**
 * Prints one plain line, `N passed, N failed, N skipped`, from vitest's JSON report.
 * Usage: node scripts/test-summary.ts <report.json>
 */
import { readFile } from 'node:fs/promises'
import { summarise } from './test-report.ts'

const [path] = process.argv.slice(2)
const text = path === undefined ? '' : await readFile(path, 'utf8').catch(() => '')
const { line, ok } = summarise(text)
console.log(line)
process.exitCode = ok ? 0 : 1
