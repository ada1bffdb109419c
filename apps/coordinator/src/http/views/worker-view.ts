import { instantOf, type WorkerView } from '@reverie/api'
import type { ConnectedWorker, WorkerRecord } from '@reverie/core'

/** A worker that is connected; `record` is absent until its first session was written down. */
export function connectedWorkerView(
  { peer, profile, connectedAt }: ConnectedWorker,
  record: WorkerRecord | undefined,
  now: number,
): WorkerView {
  const { name, draining, software, device, slots, maxPixels, models, warm } = profile
  return {
    peer,
    name,
    state: draining ? 'draining' : 'ready',
    completed: record?.completed ?? 0,
    faults: record?.faults ?? 0,
    firstSeenAt: instantOf(record?.firstSeenAt ?? connectedAt),
    lastSeenAt: instantOf(now),
    session: {
      connectedAt: instantOf(connectedAt),
      software,
      device,
      slots,
      maxPixels,
      models,
      warm,
    },
  }
}

export const offlineWorkerView = (record: WorkerRecord): WorkerView => ({
  peer: record.peer,
  name: record.name,
  state: 'offline',
  completed: record.completed,
  faults: record.faults,
  firstSeenAt: instantOf(record.firstSeenAt),
  lastSeenAt: instantOf(record.lastSeenAt),
})
