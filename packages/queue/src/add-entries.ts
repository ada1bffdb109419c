import { type JobId, type QueueEntry, ReverieError } from '@reverie/core'
import type { IQueueBackend, JobJson } from 'bullmq'
import type { EntryViews } from './entry-views.ts'
import type { Lanes } from './lanes.ts'

/** BullMQ keeps priorities in 21 bits. */
const MAX_PRIORITY = 2 ** 21 - 2

/** Of BullMQ's priorities 0 is special: such entries go to the back when released. Ours start at 1. */
function bullPriority({ job, priority }: QueueEntry): number {
  if (Number.isInteger(priority) && priority >= 0 && priority <= MAX_PRIORITY) return priority + 1
  throw new ReverieError(
    'internal',
    `priority ${priority} of job ${job} is not a whole number from 0 to ${MAX_PRIORITY}`,
  )
}

const jsonOf = (entry: QueueEntry): JobJson => ({
  id: entry.job,
  name: 'job',
  data: '{}',
  opts: {},
  progress: 0,
  attemptsMade: 0,
  attemptsStarted: 0,
  timestamp: Date.now(),
  priority: bullPriority(entry),
  failedReason: '',
  returnvalue: '',
  stalledCounter: 0,
})

/** Adds what is not there yet, all or nothing, in the order given. */
export async function addEntries(
  modules: { readonly backend: IQueueBackend; readonly lanes: Lanes; readonly views: EntryViews },
  entries: readonly QueueEntry[],
): Promise<void> {
  const { backend, lanes, views } = modules
  const fresh = new Map<JobId, QueueEntry>()
  for (const entry of entries) if (!fresh.has(entry.job)) fresh.set(entry.job, entry)
  // BullMQ tells duplicates within one lane only.
  for (const { job } of await views.find([...fresh.keys()])) fresh.delete(job)
  if (fresh.size === 0) return
  for (const lane of new Set([...fresh.values()].map((entry) => entry.lane))) await lanes.open(lane)
  // One statement for entries of any lanes. BullMQ's bulk insert makes tables and a sequence per lane on each call.
  const results = await backend.addFlow(
    [...fresh.values()].map((entry) => ({
      queueName: lanes.queueOf(entry.lane),
      prefix: '',
      jobId: entry.job,
      jobData: jsonOf(entry),
      parentKeyOpts: {},
    })),
  )
  for (const [error] of results) if (error) throw error
}
