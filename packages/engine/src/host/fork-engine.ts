import { fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DEVICE_ENV } from '../runtime/device.ts'
import type { Command } from './messages.ts'

/** What the engine needs of a child process. */
export interface EngineChild {
  /** Undefined when it could not be started. */
  readonly pid?: number | undefined
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  send(message: Command, callback: (error: Error | null) => void): boolean
  kill(signal: 'SIGKILL'): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown
  once(event: 'error', listener: (error: Error) => void): unknown
}

/** Starts the inference process. */
export type ForkEngine = () => EngineChild

/** Forks child-main beside this file: TypeScript when run from sources, JavaScript when built. */
export const forkEngine = (): ReturnType<typeof fork> => {
  const fromSources = import.meta.url.endsWith('.ts')
  const entry = new URL(fromSources ? './child-main.ts' : './child-main.js', import.meta.url)
  return fork(fileURLToPath(entry), [], {
    // Typed arrays cross unharmed and fast.
    serialization: 'advanced',
    // The parent's own flags stay with it: an inherited --inspect would ask for the same port.
    env: { ...process.env, ...DEVICE_ENV },
    execArgv: fromSources ? ['--conditions=reverie-source'] : [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}
