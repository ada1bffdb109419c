import type { JobId } from '@reverie/core'
import type { Outbox, OutboxEntry } from '../src/outbox.ts'

/** An outbox that forgets at the end of the test. */
export function createMemoryOutbox(): Outbox {
  const entries = new Map<JobId, OutboxEntry>()
  return {
    put: async (entry) => void entries.set(entry.spec.job, entry),
    list: () => [...entries.keys()],
    get: async (job) => entries.get(job),
    remove: async (job) => void entries.delete(job),
  }
}
