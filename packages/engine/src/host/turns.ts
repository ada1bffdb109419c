import { cancelled } from './stop.ts'

/** Runs tasks one at a time, in the order they were given. */
export interface Turns {
  /**
   * Resolves or rejects as `task` does. A task whose signal aborts while it waits never starts, and those behind it do not
   * notice. @throws ReverieError `cancelled`
   */
  take<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Resolves when everything given so far has ended. */
  idle(): Promise<void>
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  return {
    async take(task, signal) {
      const before = last
      const { promise: done, resolve: release } = Promise.withResolvers<void>()
      last = before.then(() => done)
      try {
        await orAbort(before, signal)
        return await task()
      } finally {
        release()
      }
    },
    idle: () => last,
  }
}

async function orAbort(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return turn
  if (signal.aborted) throw cancelled()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(cancelled())
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([turn, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
