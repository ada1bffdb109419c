import type { PeerId, WorkerRecord, WorkerRecords } from '@reverie/core'

/** {@link WorkerRecords} in memory, told of completions and faults by the renders in memory. */
export interface MemoryWorkerRecords extends WorkerRecords {
  count(peer: PeerId, what: 'completed' | 'faults'): void
}

export function createMemoryWorkerRecords(): MemoryWorkerRecords {
  const workers = new Map<PeerId, WorkerRecord>()
  return {
    async seen(peer, name, at) {
      const known = workers.get(peer)
      workers.set(peer, {
        peer,
        name,
        firstSeenAt: known?.firstSeenAt ?? at,
        lastSeenAt: Math.max(known?.lastSeenAt ?? at, at),
        completed: known?.completed ?? 0,
        faults: known?.faults ?? 0,
      })
    },
    count(peer, what) {
      const worker = workers.get(peer)
      if (worker) workers.set(peer, { ...worker, [what]: worker[what] + 1 })
    },
    list: async (limit) =>
      [...workers.values()]
        .toSorted((a, b) => b.lastSeenAt - a.lastSeenAt || a.peer.localeCompare(b.peer))
        .slice(0, limit),
  }
}
