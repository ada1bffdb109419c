import type { JobId, PeerId } from '@reverie/core'

/** A job that a worker holds now, on this coordinator. */
export interface Lease {
  readonly job: JobId
  readonly peer: PeerId
  readonly attempt: number
  /** Aborted to make the worker stop: the job is cancelled or was completed by another. */
  readonly abort: AbortController
  /** Resolves when a result settled the job. */
  readonly settled: Promise<void>
  readonly settle: () => void
}

/** Who holds what, in memory: the database has the state, this has the handles. */
export interface LeaseTable {
  open(job: JobId, peer: PeerId, attempt: number): Lease
  /** Only where `lease` is still the current one. */
  close(lease: Lease): void
  of(job: JobId): Lease | undefined
  count(peer: PeerId): number
  /** Claims a slot before the lease is written, so that two rounds of matching cannot fill it twice. */
  reserve(peer: PeerId): () => void
  all(): readonly Lease[]
}

export function createLeaseTable(): LeaseTable {
  const leases = new Map<JobId, Lease>()
  const used = new Map<PeerId, number>()

  return {
    open: (job, peer, attempt) => {
      const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
      const lease = { job, peer, attempt, abort: new AbortController(), settled, settle }
      leases.set(job, lease)
      return lease
    },
    close: (lease) => {
      if (leases.get(lease.job) === lease) leases.delete(lease.job)
    },
    of: (job) => leases.get(job),
    count: (peer) => used.get(peer) ?? 0,
    reserve: (peer) => {
      used.set(peer, (used.get(peer) ?? 0) + 1)
      let held = true
      return () => {
        if (!held) return
        held = false
        const left = (used.get(peer) ?? 1) - 1
        if (left > 0) used.set(peer, left)
        else used.delete(peer)
      }
    },
    all: () => [...leases.values()],
  }
}
