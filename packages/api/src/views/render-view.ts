import {
  JobId,
  JobState,
  PeerId,
  RenderId,
  RenderParameters,
  RenderState,
  Seed,
  Sha256,
  WaitReason,
} from '@reverie/core'
import * as z from 'zod/mini'
import { Instant } from './instant.ts'

const WorkerNameView = z.object({ peer: PeerId, name: z.string() })

export const ImageView = z.object({
  hash: Sha256,
  /** Path of the image on this coordinator. Immutable; readable by whoever knows it. */
  url: z.string(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
})
export type ImageView = z.infer<typeof ImageView>

export const JobView = z.object({
  id: JobId,
  /** 0-based place in its render. */
  index: z.int(),
  state: JobState,
  seed: Seed,
  /** Leases so far. */
  attempt: z.int(),
  /** The worker that holds or completed it. */
  worker: z.optional(WorkerNameView),
  /** Jobs of the same lane that go first; 0 is next. Only while queued, and not in lists. */
  position: z.optional(z.int()),
  /** Why it waits. Only while queued, and not in lists. */
  reason: z.optional(WaitReason),
  image: z.optional(ImageView),
  failure: z.optional(z.object({ code: z.string(), message: z.string() })),
  /** Sentences of the worker about what it ignored or cut. Absent when there are none. */
  notes: z.optional(z.array(z.string())),
  /** The safety model flagged the picture and the file is blank. Absent otherwise. */
  flagged: z.optional(z.literal(true)),
})
export type JobView = z.infer<typeof JobView>

/** A render as its artist sees it. */
export const RenderView = z.object({
  id: RenderId,
  state: RenderState,
  createdAt: Instant,
  /** Every choice made: the request, the model's defaults and the drawn seed. */
  parameters: RenderParameters,
  /** Ordered by index. */
  jobs: z.array(JobView),
})
export type RenderView = z.infer<typeof RenderView>

export const RenderPage = z.object({
  /** Newest first. */
  renders: z.array(RenderView),
  /** The `cursor` of the next page; absent on the last one. */
  next: z.optional(z.string()),
})
export type RenderPage = z.infer<typeof RenderPage>
