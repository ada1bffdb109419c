import * as z from 'zod/mini'
import { JobId, PeerId, Sha256 } from './ids.ts'
import { RenderState } from './states.ts'
import { WaitReason } from './wait-reason.ts'

const ofJob = { job: JobId, index: z.int() }

/** What an artist hears about a render, in order. A stream starts with the current state of every job, then goes on live. */
export const RenderEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('queued'),
    ...ofJob,
    /** Jobs of the same lane that go first; 0 is next. */
    position: z.int(),
    reason: z.optional(WaitReason),
  }),
  z.object({
    type: z.literal('assigned'),
    ...ofJob,
    worker: z.object({ peer: PeerId, name: z.string() }),
    /** 1 for the first worker that tried it. */
    attempt: z.int(),
  }),
  z.object({
    type: z.literal('progress'),
    ...ofJob,
    /** Model calls done and in all: some samplers make two per step, a hires pass comes on top. */
    step: z.int(),
    of: z.int(),
    /** Estimated milliseconds to the finished image. */
    etaMs: z.optional(z.number()),
    /** What the picture looks like so far: a small JPEG as a data URL. Not every event has one. */
    preview: z.optional(z.string()),
  }),
  z.object({
    type: z.literal('image'),
    ...ofJob,
    image: z.object({ hash: Sha256, width: z.int(), height: z.int(), bytes: z.int() }),
    worker: z.object({ peer: PeerId, name: z.string() }),
    /** Sentences of the worker about what it ignored or cut. Absent when there are none. */
    notes: z.optional(z.array(z.string())),
    /** The safety model flagged the picture and the file is blank. Absent otherwise. */
    flagged: z.optional(z.literal(true)),
  }),
  z.object({ type: z.literal('failed'), ...ofJob, code: z.string(), message: z.string() }),
  z.object({ type: z.literal('cancelled'), ...ofJob }),
  /** Every job is final; nothing follows. */
  z.object({ type: z.literal('done'), state: RenderState }),
])
export type RenderEvent = z.infer<typeof RenderEvent>
