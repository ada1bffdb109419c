import { type JobId, type Lane, ReverieError } from '@reverie/core'
import type { IQueueBackend, MinimalJob } from 'bullmq'
import type { EntryViews } from './entry-views.ts'
import type { Lanes } from './lanes.ts'
import { isMovedOn } from './queue-error.ts'

/** An entry that is claimed and released while it is removed gets another try; this many in a row do not happen. */
const TRIES = 5

/** Ends a claimed entry, whoever holds it, and leaves nothing of it. False when it is not claimed (any more). */
async function finish(queue: IQueueBackend, job: JobId): Promise<boolean> {
  // BullMQ reads nothing but the id. Token "0" stands for any holder.
  const named = { id: job } as unknown as MinimalJob
  try {
    await queue.moveToCompleted(named, null, true, '0', false)
    return true
  } catch (error) {
    if (isMovedOn(error)) return false
    throw error
  }
}

/** Removes an entry wherever it is. @param claimedIn its lane, where this process holds it */
export async function removeEntry(
  { lanes, views }: { readonly lanes: Lanes; readonly views: EntryViews },
  job: JobId,
  claimedIn: Lane | undefined,
): Promise<void> {
  if (claimedIn !== undefined && (await finish(await lanes.open(claimedIn), job))) return
  for (let tried = 0; tried < TRIES; tried++) {
    const [place] = await views.find([job])
    if (!place) return
    const queue = await lanes.open(place.lane)
    const isGone = place.isClaimed ? await finish(queue, job) : (await queue.remove(job, false)) > 0
    if (isGone) return
  }
  throw new ReverieError(
    'storage_unavailable',
    `the entry of job ${job} changed hands ${TRIES} times while it was removed; try again`,
  )
}
