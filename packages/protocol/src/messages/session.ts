import { NumericClass, WorkerProfile } from '@reverie/core'
import * as z from 'zod/mini'
import { MESSAGE_LIMITS, SESSION_TIMING_RANGE } from '../limits.ts'
import { defineMessages, type MessageSet } from '../message-set.ts'
import { peerError } from '../peer-error.ts'
import { MESSAGE_VERSION } from '../protocol-ids.ts'

/** A worker's profile as it travels: keys that a newer worker adds are dropped, where core's own schema refuses them. */
export const SentProfile = z.object({
  ...WorkerProfile.shape,
  device: z.object(WorkerProfile.shape.device.shape),
  numericClass: z.object(NumericClass.shape),
})

const Version = z.literal(MESSAGE_VERSION)
const Heartbeat = z.object({ type: z.literal('heartbeat') })
const Milliseconds = z.int().check(z.gte(SESSION_TIMING_RANGE.min), z.lte(SESSION_TIMING_RANGE.max))

/** What a worker says on its session: `hello` first and once, then `profile` and `heartbeat` as often as it likes. */
export const SessionFromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), v: Version, profile: SentProfile }),
  z.object({ type: z.literal('profile'), profile: SentProfile }),
  Heartbeat,
])
export type SessionFromWorker = z.infer<typeof SessionFromWorker>

/**
 * What a coordinator says on a session: `welcome` or `refused` once in answer to `hello`, then heartbeats. `goodbye`
 * ends a session that was open and says why. `refused` and `goodbye` are the last message of their session.
 */
export const SessionFromCoordinator = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    v: Version,
    /** e.g. "reverie-coordinator/0.1.0" */
    software: z.string().check(z.maxLength(60)),
    heartbeatMs: Milliseconds,
    silenceMs: Milliseconds,
  }),
  z.object({ type: z.literal('refused'), error: peerError('peer_refused') }),
  Heartbeat,
  z.object({ type: z.literal('goodbye'), error: peerError('peer_refused') }),
])
export type SessionFromCoordinator = z.infer<typeof SessionFromCoordinator>

export const sessionFromWorker: MessageSet<SessionFromWorker> = defineMessages(
  'session message of a worker',
  SessionFromWorker,
  MESSAGE_LIMITS.session,
)

export const sessionFromCoordinator: MessageSet<SessionFromCoordinator> = defineMessages(
  'session message of a coordinator',
  SessionFromCoordinator,
  MESSAGE_LIMITS.session,
)
