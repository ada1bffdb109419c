/**
 * Runs `reverie up` from the sources and starts it again, after a drain, whenever a source file changes.
 * Usage: node scripts/dev.ts [arguments of up]
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const folders = globSync(['packages/*/src', 'apps/*/src'], { cwd: root })
const watch = folders.map((folder) => `--watch-path=${folder}`)
const child = spawn(
  process.execPath,
  ['--conditions=reverie-source', ...watch, 'apps/cli/src/main.ts', 'up', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
)
// The terminal sends Ctrl-C to all of us; staying until the child is gone keeps the prompt away from its last lines.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
