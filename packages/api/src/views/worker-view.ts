import { ManifestCid, PeerId, WorkerProfile } from '@reverie/core'
import * as z from 'zod/mini'
import { Instant } from './instant.ts'

const { software, device, slots, maxPixels } = WorkerProfile.shape

/** A worker as anybody may see it. What it says about itself is a claim until results prove it. */
export const WorkerView = z.object({
  peer: PeerId,
  name: z.string(),
  /** `ready`: connected and takes jobs. `draining`: connected, takes nothing new. `offline`: not connected. */
  state: z.enum(['ready', 'draining', 'offline']),
  /** Jobs it completed, and jobs that failed by its fault. */
  completed: z.int(),
  faults: z.int(),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  /** Only while connected. */
  session: z.optional(
    z.object({
      connectedAt: Instant,
      software,
      device,
      slots,
      maxPixels,
      /** Models on disk, and the ones that are loaded. */
      models: z.array(ManifestCid),
      warm: z.array(ManifestCid),
    }),
  ),
})
export type WorkerView = z.infer<typeof WorkerView>

export const WorkerList = z.object({
  /** Connected ones first, then the most recently seen. */
  workers: z.array(WorkerView),
})
export type WorkerList = z.infer<typeof WorkerList>
