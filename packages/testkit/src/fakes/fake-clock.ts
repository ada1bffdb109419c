import type { Clock } from '@reverie/core'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Moves time on by `ms`, running what falls due in order of its time, each task at its own instant; tasks that a task
   * sets are run too when they fall due. Promise callbacks get a turn between two tasks and at the end.
   */
  advance(ms: number): Promise<void>
  /** Tasks that wait for their time: 0 shows that nothing was left behind. */
  pending(): number
}

interface Task {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** Every promise callback that is ready runs before this resolves. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** @param startAt milliseconds since the epoch; 2026-01-01 by default */
export function createFakeClock(startAt: number = Date.UTC(2026, 0, 1)): FakeClock {
  const tasks = new Set<Task>()
  let now = startAt
  let order = 0

  const nextDue = (until: number): Task | undefined => {
    let first: Task | undefined
    for (const task of tasks) {
      if (task.at > until) continue
      if (!first || task.at < first.at || (task.at === first.at && task.order < first.order)) {
        first = task
      }
    }
    return first
  }

  return {
    now: () => now,
    after(delayMs, run) {
      const task = { at: now + Math.max(0, delayMs), order: order++, run }
      tasks.add(task)
      return () => void tasks.delete(task)
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (let task = nextDue(until); task; task = nextDue(until)) {
        tasks.delete(task)
        now = Math.max(now, task.at)
        task.run()
        await settle()
      }
      now = until
    },
    pending: () => tasks.size,
  }
}
