import type { PeerId, WorkerRecord, WorkerRecords } from '@reverie/core'

/** {@link WorkerRecords} in memory. */
export function createMemoryWorkerRecords(): WorkerRecords {
  const workers = new Map<PeerId, WorkerRecord>()
  const count = (peer: PeerId, what: 'completed' | 'faults') => {
    const worker = workers.get(peer)
    if (worker) workers.set(peer, { ...worker, [what]: worker[what] + 1 })
  }
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
    countCompleted: async (peer) => count(peer, 'completed'),
    countFault: async (peer) => count(peer, 'faults'),
    list: async (limit) =>
      [...workers.values()]
        .toSorted((a, b) => b.lastSeenAt - a.lastSeenAt || a.peer.localeCompare(b.peer))
        .slice(0, limit),
  }
}
