import type { JobId, PeerId } from '@reverie/core'

/** Jobs remembered at most: a job that ends while it waits is never forgotten by name, only pushed out. */
const KEPT = 10_000

/** How often workers went away with jobs. Counting starts anew with the process. */
export interface Losses {
  /** Times this worker has gone away with this job, this one included. */
  add(job: JobId, peer: PeerId): number
  forget(job: JobId): void
}

export function createLosses(kept: number = KEPT): Losses {
  const losses = new Map<JobId, Map<PeerId, number>>()

  return {
    add: (job, peer) => {
      const ofJob = losses.get(job) ?? new Map<PeerId, number>()
      const times = (ofJob.get(peer) ?? 0) + 1
      losses.delete(job)
      losses.set(job, ofJob.set(peer, times))
      const [oldest] = losses.keys()
      if (oldest && losses.size > kept) losses.delete(oldest)
      return times
    },
    forget: (job) => void losses.delete(job),
  }
}
