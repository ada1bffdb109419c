import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A real Reverie process under test. */
export interface Program {
  /** The facts of its "ready" message. */
  readonly ready: Promise<Record<string, unknown>>
  /** Exit code or signal name, once it has ended. */
  readonly ended: Promise<number | string>
  readonly pid: number
  /** Everything it printed. */
  output(): string
  /** kill -9 and wait until it is gone. */
  kill(): Promise<void>
  /** The polite way: SIGINT, then wait. */
  stop(): Promise<number | string>
}

const PROGRAMS = {
  coordinator: '@reverie/coordinator/main',
  worker: '@reverie/worker/main',
} as const

/** Starts a program from sources, with an IPC channel, as `reverie up` does. */
export function startProgram(name: keyof typeof PROGRAMS, args: readonly string[]): Program {
  const entry = fileURLToPath(import.meta.resolve(PROGRAMS[name]))
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=reverie-source', '--disable-warning=ExperimentalWarning', entry, ...args],
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  )
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => printed.push(text))
  }
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string)
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    child.on('message', (message: Record<string, unknown>) => {
      if (message.type === 'ready') resolve(message)
    })
    void ended.then((how) =>
      reject(new Error(`${name} ended (${how}) before it was ready:\n${printed.join('')}`)),
    )
  })
  ready.catch(() => {})

  return {
    ready,
    ended,
    pid: child.pid ?? 0,
    output: () => printed.join(''),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      child.kill('SIGINT')
      return ended
    },
  }
}
