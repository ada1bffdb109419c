import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type Logger, ReverieError } from '@reverie/core'
import type { ForkEngine } from './fork-engine.ts'
import { type Command, Report } from './messages.ts'

/** An inference process, seen from outside. */
export interface EngineProcess {
  send(command: Command): void
  /** SIGKILL: a model call cannot be asked to stop. Resolves when the process is gone and its memory returned. */
  kill(): Promise<void>
}

export interface EngineProcessModules {
  readonly fork: ForkEngine
  readonly logger: Logger
  readonly onReport: (report: Report) => void
  /** The process is gone, for whatever reason. Called once. */
  readonly onExit: (why: ReverieError) => void
}

const MAX_LOGGED_LINE = 1_000

export function startEngineProcess({
  fork,
  logger,
  onReport,
  onExit,
}: EngineProcessModules): EngineProcess {
  const child = fork()
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  const ended = (message: string, cause?: unknown) => {
    resolve()
    onExit(new ReverieError('engine_failed', message, {}, { cause }))
  }

  child.once('exit', (code, signal) => {
    logger.debug('inference process ended', { pid: child.pid, code, signal })
    ended(
      `the inference process ended ${signal === null ? `with code ${code}` : `by ${signal}`}; the next render starts another one`,
    )
  })
  child.once('error', (cause) => {
    // Without a pid the process never started, and no exit follows.
    if (child.pid === undefined) {
      ended(`the inference process cannot be started: ${cause.message}`, cause)
    }
  })
  child.on('message', (message) => {
    const report = Report.safeParse(message)
    if (report.success) return onReport(report.data)
    const [issue] = report.error.issues
    logger.error('inference process sent an unknown message', { issue: issue?.message })
    child.kill('SIGKILL')
  })
  logLines(child.stdout, (line) => logger.debug('inference process wrote', { line }))
  logLines(child.stderr, (line) => logger.warn('inference process wrote an error', { line }))

  return {
    // A process that is gone cannot be told anything; its exit has been reported.
    send: (command) => void child.send(command, () => {}),
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

function logLines(stream: Readable | null, log: (line: string) => void): void {
  if (stream === null) return
  createInterface({ input: stream }).on('line', (line) => log(line.slice(0, MAX_LOGGED_LINE)))
}
