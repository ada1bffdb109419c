import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ReverieError } from '@reverie/core'
import { createLineSplitter } from './log-problems.ts'
import { parseMessage } from './messages.ts'

export interface ProgramOptions {
  /** Module to run, e.g. "@reverie/worker/main". */
  readonly module: string
  readonly args: readonly string[]
  /** Every line it prints, stdout and stderr. */
  readonly onLine: (line: string, from: 'stdout' | 'stderr') => void
  readonly onState?: (state: string) => void
}

/** How a program ended. */
export interface ProgramEnd {
  /** Exit code, or the signal that ended it. */
  readonly how: number | NodeJS.Signals
  /** What it said was wrong. */
  readonly error: ReverieError | undefined
}

/** A program of ours in a process, and process group, of its own: a terminal's Ctrl-C reaches it only through us. */
export interface Program {
  /** Facts of its "ready" message. Rejects when it ends before. */
  readonly ready: Promise<Readonly<Record<string, unknown>>>
  /** Never rejects. */
  readonly ended: Promise<ProgramEnd>
  /** Sends it a message over IPC; lost when it is gone. */
  tell(message: Readonly<Record<string, unknown>>): void
  /** Asks it to finish what it has and leave. */
  drain(): void
  /** Ends it at once. */
  kill(): void
}

/** Lines of stderr that are kept to say why a program ended before it could say so itself: a stack fits. */
const LAST_WORDS = 30

/** A program that ended without telling why; what it wrote to stderr takes the place of a stack. */
function silentEnd(
  module: string,
  how: ProgramEnd['how'],
  stderr: readonly string[],
): ReverieError {
  const message = `${module} ended (${how}) before it was ready`
  const cause = new Error(message)
  if (stderr.length > 0) cause.stack = stderr.join('\n')
  return new ReverieError('internal', message, {}, { cause })
}

/** Flags of this process that its children need to run the same way; watch flags are ours alone. */
const execArgs = () => process.execArgv.filter((flag) => !flag.startsWith('--watch'))

/** Under `node --watch` a process reports its imports over IPC, which our programs use for themselves. */
const environment = (): NodeJS.ProcessEnv => {
  const { WATCH_REPORT_DEPENDENCIES: _, ...env } = process.env
  return env
}

export function startProgram({ module, args, onLine, onState }: ProgramOptions): Program {
  const entry = fileURLToPath(import.meta.resolve(module))
  const child: ChildProcess = spawn(process.execPath, [...execArgs(), entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: environment(),
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const stderr: string[] = []
  for (const from of ['stdout', 'stderr'] as const) {
    const split = createLineSplitter((line) => {
      if (from === 'stderr') stderr.push(line)
      if (stderr.length > LAST_WORDS) stderr.shift()
      onLine(line, from)
    })
    child[from]?.setEncoding('utf8').on('data', split)
  }

  const ready = Promise.withResolvers<Readonly<Record<string, unknown>>>()
  const ended = Promise.withResolvers<ProgramEnd>()
  let error: ReverieError | undefined
  child.on('message', (value) => {
    const message = parseMessage(value)
    if (message?.type === 'ready') ready.resolve(message)
    else if (message?.type === 'state') onState?.(message.state)
    else if (message?.type === 'failed') error = ReverieError.fromObject(message.error)
  })
  child.on('error', (cause) => {
    error ??= ReverieError.from(cause)
    if (child.pid === undefined) ended.resolve({ how: 1, error })
  })
  // "close" comes after the last line was read, "exit" may come before.
  child.on('close', (code, signal) => ended.resolve({ how: signal ?? code ?? 1, error }))
  void ended.promise.then(({ how }) => ready.reject(error ?? silentEnd(module, how, stderr)))
  // Whoever waits for `ended` need not also wait for `ready`.
  ready.promise.catch(() => {})

  return {
    ready: ready.promise,
    ended: ended.promise,
    tell: (message) => void (child.connected && child.send(message, () => {})),
    drain: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
  }
}
