import type { JobId } from '../ids.ts'

/** A lane's name: jobs with identical requirements share one. Safe text, see {@link laneOf} in dispatch. */
export type Lane = string

export interface QueueEntry {
  readonly job: JobId
  readonly lane: Lane
  /** 0 goes first. Equal priorities are first in, first out. */
  readonly priority: number
}

/** A claimed entry: nobody else gets it until it is released, removed or its claim expires. */
export interface QueueClaim {
  readonly job: JobId
  readonly lane: Lane
}

/**
 * The order of waiting jobs. Disposable: the database is the truth and the reconciler refills it.
 * Every implementation: entries are unique by job; one claim at a time per entry; a claim whose holder stops renewing
 * (a crash) goes back to waiting within seconds; nothing is retried or dropped on its own.
 */
export interface JobQueue {
  /** Adding an entry that is waiting or claimed does nothing. */
  add(entries: readonly QueueEntry[]): Promise<void>
  /** The next waiting entry of the lane, now claimed; undefined when none waits. Claims renew themselves while this process lives. */
  claim(lane: Lane): Promise<QueueClaim | undefined>
  /** Puts a claimed entry back at the front of its priority. Nothing happens when it is not claimed by us. It is not renewed from now on: where this fails, the claim expires. */
  release(job: JobId): Promise<void>
  /** Removes an entry, waiting or claimed (done, failed or cancelled). Nothing happens when it is not there. */
  remove(job: JobId): Promise<void>
  /** Every entry, waiting and claimed: what the reconciler compares with the database. */
  entries(): Promise<readonly JobId[]>
  /** Lanes that have waiting entries, and how many. */
  waiting(): Promise<ReadonlyMap<Lane, number>>
  /** For each of these jobs that waits, how many entries of its lane go before it (0 = next). */
  positions(jobs: readonly JobId[]): Promise<ReadonlyMap<JobId, number>>
  /** Calls `listener` when an entry starts to wait, by add, release or expiry of a claim. Returns the unsubscribe function. */
  onWaiting(listener: (lane: Lane) => void): () => void
  close(): Promise<void>
}
