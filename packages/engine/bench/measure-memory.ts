import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Figure } from './figure.ts'
import type { MemoryReport, MemoryTask } from './memory-process.ts'

/** Runs memory-process.ts, which ends by itself. */
export async function measureMemory(task: MemoryTask): Promise<MemoryReport> {
  const entry = fileURLToPath(new URL('memory-process.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=reverie-source',
    entry,
    JSON.stringify(task),
  ])
  return JSON.parse(stdout)
}

/** The most bytes that a process held, as a figure. */
export const megabytes = (table: string, name: string, bytes: number): Figure => ({
  name,
  value: bytes / 1e6,
  unit: 'MB',
  table,
})
