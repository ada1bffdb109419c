import { setTimeout as pause } from 'node:timers/promises'
import type { ReverieError } from '@reverie/core'
import { createBackOff } from './back-off.ts'
import type { Program, ProgramEnd } from './program.ts'

export interface SuperviseOptions {
  /** Starts the program; called again after every crash. */
  readonly start: () => Program
  /** Every time it is ready, the first time included. */
  readonly onReady: (facts: Readonly<Record<string, unknown>>) => void
  /** It ended without being asked; it is started again after `delayMs`. */
  readonly onCrash: (end: ProgramEnd, delayMs: number) => void
}

export interface Supervised {
  /** Resolves when it is ready for the first time. Rejects when it ends before that, and is then not started again. */
  readonly ready: Promise<void>
  /** Lets it finish and leave; resolves when it is gone. */
  drain(): Promise<void>
  /** Ends it at once. */
  kill(): void
}

/** Keeps a program running: starts it again, with growing delays, whenever it ends by itself. */
export function supervise({ start, onReady, onCrash }: SuperviseOptions): Supervised {
  const stopping = new AbortController()
  const backOff = createBackOff()
  const first = Promise.withResolvers<void>()
  let program = start()

  const run = async (): Promise<void> => {
    let wasReady = false
    for (;;) {
      const startedAt = performance.now()
      const failure = await program.ready.then(
        (facts): ReverieError | undefined => {
          onReady(facts)
          wasReady = true
          first.resolve()
          return undefined
        },
        (error: ReverieError) => error,
      )
      const end = await program.ended
      if (stopping.signal.aborted) return
      if (!wasReady) return first.reject(failure)
      const delayMs = backOff.next(performance.now() - startedAt)
      onCrash(end, delayMs)
      await pause(delayMs, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      program = start()
    }
  }
  const running = run().catch(first.reject)
  first.promise.catch(() => {})

  return {
    ready: first.promise,
    drain: async () => {
      stopping.abort()
      program.drain()
      await Promise.all([running, program.ended])
    },
    kill: () => {
      stopping.abort()
      program.kill()
    },
  }
}
