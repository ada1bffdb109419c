import { type ErrorObject, ReverieError } from './errors/reverie-error.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** As much of Node's `process` as the life of a program needs. */
export interface ProgramHost {
  on(event: 'SIGINT' | 'SIGTERM' | 'disconnect', listener: () => void): unknown
  on(event: 'uncaughtException', listener: (error: Error) => void): unknown
  /** Absent without an IPC parent. `sent` hears of a parent that is gone; without it that would be an error of nobody's. */
  send?(message: ProgramMessage, sent: (error: Error | null) => void): unknown
  exit(code: ExitCode): void
}

/** What a program tells the parent that started it. */
export type ProgramMessage =
  | { readonly type: 'ready'; readonly [fact: string]: unknown }
  | { readonly type: 'state'; readonly state: string }
  | { readonly type: 'failed'; readonly error: ErrorObject }

export interface RunningProgram {
  /** Facts of the "ready" message. */
  readonly facts: Readonly<Record<string, unknown>>
  /** Finishes what is under way and gives everything back. */
  stop(): Promise<void>
}

/**
 * Runs a program to its end: the first SIGINT, SIGTERM or loss of the parent stops it politely, the second ends it at once;
 * an error that nobody caught ends it with a line that says so.
 */
export async function runProgram(
  host: ProgramHost,
  program: {
    /** `stopping` fires when it is asked to stop; rejecting with its reason is then no failure. */
    start(tell: (message: ProgramMessage) => void, stopping: AbortSignal): Promise<RunningProgram>
    /** Shows an error that ends the program. */
    complain(error: ReverieError): void
  },
): Promise<void> {
  const { promise: stopAsked, resolve } = Promise.withResolvers<void>()
  const stopping = new AbortController()
  const askToStop = () => {
    stopping.abort(new Error('asked to stop'))
    resolve()
  }
  let asked = false
  let connected = host.send !== undefined
  const tell = (message: ProgramMessage) => {
    // A parent that died is told by `disconnect`, which may come after a message to it.
    if (connected) host.send?.(message, () => {})
  }
  const onSignal = () => {
    if (asked) host.exit(EXIT.interrupted)
    asked = true
    askToStop()
  }
  host.on('SIGINT', onSignal)
  host.on('SIGTERM', onSignal)
  host.on('disconnect', () => {
    connected = false
    asked = true
    askToStop()
  })
  const fail = (cause: unknown) => {
    const error = ReverieError.from(cause)
    program.complain(error)
    tell({ type: 'failed', error: error.toObject() })
    host.exit(error.code === 'invalid_option' ? EXIT.usage : EXIT.failed)
  }
  host.on('uncaughtException', fail)

  try {
    const running = await program.start(tell, stopping.signal)
    tell({ type: 'ready', ...running.facts })
    await stopAsked
    await running.stop()
    host.exit(EXIT.ok)
  } catch (error) {
    if (stopping.signal.aborted && error === stopping.signal.reason) host.exit(EXIT.ok)
    else fail(error)
  }
}
