import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts the inference process. */
export type ForkEngine = () => ChildProcess

/** Forks child-main beside this file: TypeScript when run from sources, JavaScript when built. */
export const forkEngine: ForkEngine = () => {
  const fromSources = import.meta.url.endsWith('.ts')
  const entry = new URL(fromSources ? './child-main.ts' : './child-main.js', import.meta.url)
  return fork(fileURLToPath(entry), [], {
    // Typed arrays cross unharmed and fast.
    serialization: 'advanced',
    // The parent's own flags stay with it: an inherited --inspect would ask for the same port.
    execArgv: fromSources ? ['--conditions=source'] : [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}
