/** One thing to undo when a service stops. */
export interface Cleanup {
  readonly name: string
  readonly run: () => unknown
}

/**
 * Collects clean-ups as parts start, and undoes them in reverse. Stopping is memoised, every clean-up is attempted, and
 * failures are collected.
 */
export interface CleanupStack {
  add(name: string, run: () => unknown): void
  /** @throws AggregateError with every failure, after all have been attempted */
  stop(): Promise<void>
}

export function createCleanupStack(): CleanupStack {
  const cleanups: Cleanup[] = []
  let stopping: Promise<void> | undefined

  const undoAll = async () => {
    const failures: Error[] = []
    for (const { name, run } of cleanups.toReversed()) {
      try {
        await run()
      } catch (cause) {
        failures.push(new Error(`could not stop ${name}`, { cause }))
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some parts did not stop cleanly')
  }

  return {
    add: (name, run) => {
      // A part that finished starting while we were stopping is undone at once.
      if (stopping)
        void Promise.resolve()
          .then(run)
          .catch(() => {})
      else cleanups.push({ name, run })
    },
    stop: () => {
      stopping ??= undoAll()
      return stopping
    },
  }
}
