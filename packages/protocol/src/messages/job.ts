import { JobSpec, MAX_PREVIEW_BYTES, RENDER_LIMITS } from '@reverie/core'
import * as z from 'zod/mini'
import { MESSAGE_LIMITS } from '../limits.ts'
import { defineMessages, type MessageSet } from '../message-set.ts'
import { peerError } from '../peer-error.ts'
import { MESSAGE_VERSION } from '../protocol-ids.ts'

/** What a coordinator says on a job stream: `offer` first and once, `cancel` at most once. */
export const JobFromCoordinator = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer'), v: z.literal(MESSAGE_VERSION), spec: JobSpec }),
  z.object({ type: z.literal('cancel') }),
])
export type JobFromCoordinator = z.infer<typeof JobFromCoordinator>

/** Two passes of a sampler that calls the model twice a step. */
const MAX_CALLS = 4 * (RENDER_LIMITS.steps.max + 1)
const Calls = z.int().check(z.gte(1), z.lte(MAX_CALLS))

/** The first bytes of every JPEG (ISO/IEC 10918-1, B.1.1.3: SOI, then a marker). */
const isJpeg = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff

const Preview = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length <= MAX_PREVIEW_BYTES && isJpeg(value),
  `a JPEG of at most ${MAX_PREVIEW_BYTES} bytes`,
)

/**
 * What a worker says on a job stream: `accepted` first, then `progress` whose step never goes back and whose `of` never
 * changes, then exactly one of `finished`, `fault`, `cancelled`. A worker that will not take the job sends `fault`
 * without `accepted`.
 */
export const JobFromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted') }),
  z.object({
    type: z.literal('progress'),
    /** Model calls done, 0 to `of`. */
    step: z.int().check(z.gte(0), z.lte(MAX_CALLS)),
    of: Calls,
    /** Milliseconds until the job is done, by the worker's guess. */
    etaMs: z.optional(z.number().check(z.gte(0))),
    /** What the picture looks like so far; now and then. */
    preview: z.optional(Preview),
  }),
  /** The result travels on a stream of its own. */
  z.object({ type: z.literal('finished') }),
  z.object({ type: z.literal('fault'), error: peerError('engine_failed') }),
  z.object({ type: z.literal('cancelled') }),
])
export type JobFromWorker = z.infer<typeof JobFromWorker>

export const jobFromCoordinator: MessageSet<JobFromCoordinator> = defineMessages(
  'job message of a coordinator',
  JobFromCoordinator,
  MESSAGE_LIMITS.job,
)

export const jobFromWorker: MessageSet<JobFromWorker> = defineMessages(
  'job message of a worker',
  JobFromWorker,
  MESSAGE_LIMITS.job,
)
