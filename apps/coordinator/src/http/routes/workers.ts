import type { Handlers } from '@reverie/api/server'
import type { HttpModules } from '../ports.ts'
import { connectedWorkerView, offlineWorkerView } from '../views/worker-view.ts'

/** Workers remembered that are listed; connected ones are always all there. */
const MAX_REMEMBERED = 200

export function workerHandlers({
  gateway,
  workerRecords,
  clock,
}: Pick<HttpModules, 'gateway' | 'workerRecords' | 'clock'>): Pick<Handlers, 'listWorkers'> {
  return {
    listWorkers: async () => {
      const records = new Map(
        (await workerRecords.list(MAX_REMEMBERED)).map((record) => [record.peer, record]),
      )
      const connected = gateway.workers()
      const now = clock.now()
      const peers = new Set(connected.map(({ peer }) => peer))
      return {
        workers: [
          ...connected.map((worker) => connectedWorkerView(worker, records.get(worker.peer), now)),
          ...[...records.values()].filter(({ peer }) => !peers.has(peer)).map(offlineWorkerView),
        ],
      }
    },
  }
}
