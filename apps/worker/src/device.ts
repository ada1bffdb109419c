import { cpus, totalmem } from 'node:os'
import type { InstalledModel, WorkerProfile } from '@reverie/core'

/** The CPU of this machine as a worker's device. Memory: half of the machine's, bytes; the rest stays its owner's. */
export const cpuDevice = (): WorkerProfile['device'] => ({
  kind: 'cpu',
  name: (cpus()[0]?.model.trim() || 'unknown CPU').slice(0, 120),
  memory: Math.floor(totalmem() / 2),
})

/** The largest width x height that any of the models takes. */
export const largestPixels = (models: readonly InstalledModel[]): number =>
  Math.max(...models.map(({ manifest }) => manifest.size.max ** 2))
