import { JobId, Sha256 } from '@reverie/core'
import * as z from 'zod/mini'
import { MAX_INPUT_FRAME_BYTES, MESSAGE_LIMITS } from '../limits.ts'
import { defineMessages, type MessageSet } from '../message-set.ts'
import { peerError } from '../peer-error.ts'
import { MESSAGE_VERSION } from '../protocol-ids.ts'

/** What a worker says on an input stream: which picture of which job it wants, once. */
export const InputFromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('fetch'), v: z.literal(MESSAGE_VERSION), job: JobId, hash: Sha256 }),
])
export type InputFromWorker = z.infer<typeof InputFromWorker>

/**
 * The coordinator's one answer. After `input` comes one frame that is the file, `bytes` long; it is not part of the
 * message, so that nobody has to parse megabytes as CBOR. `later`: it cannot be given now.
 */
export const InputFromCoordinator = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('input'),
    bytes: z.int().check(z.gte(1), z.lte(MAX_INPUT_FRAME_BYTES)),
  }),
  z.object({ type: z.literal('refused'), error: peerError('input_invalid') }),
  z.object({ type: z.literal('later') }),
])
export type InputFromCoordinator = z.infer<typeof InputFromCoordinator>

export const inputFromWorker: MessageSet<InputFromWorker> = defineMessages(
  'input message of a worker',
  InputFromWorker,
  MESSAGE_LIMITS.input,
)

export const inputFromCoordinator: MessageSet<InputFromCoordinator> = defineMessages(
  'input message of a coordinator',
  InputFromCoordinator,
  MESSAGE_LIMITS.input,
)
