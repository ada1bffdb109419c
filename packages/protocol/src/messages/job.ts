import { JobSpec, RENDER_LIMITS } from '@reverie/core'
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

const Steps = z.int().check(z.gte(1), z.lte(RENDER_LIMITS.steps.max))

/**
 * What a worker says on a job stream: `accepted` first, then `progress` whose step never goes back and whose `of` never
 * changes, then exactly one of `finished`, `fault`, `cancelled`. A worker that will not take the job sends `fault`
 * without `accepted`.
 */
export const JobFromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted') }),
  z.object({
    type: z.literal('progress'),
    /** Steps done, 0 to `of`. */
    step: z.int().check(z.gte(0), z.lte(RENDER_LIMITS.steps.max)),
    of: Steps,
    /** Milliseconds until the job is done, by the worker's guess. */
    etaMs: z.optional(z.number().check(z.gte(0))),
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
