import { MAX_IMAGE_BYTES, MAX_INPUT_BYTES, MAX_PREVIEW_BYTES, NOTE_LIMITS } from '@reverie/core'
import { MAX_RECEIPT_BYTES } from './receipt.ts'

const KIB = 1024

/** A job spec: two prompts of 8,000 characters, at most three bytes each, and techniques with two dozen CIDs and hashes. */
const MAX_SPEC_BYTES = 56 * KIB
/** A worker profile: 550 manifest CIDs of 61 bytes and a dozen texts of 120 characters. */
const MAX_PROFILE_BYTES = 56 * KIB
/** An error object at its own limits, see PeerError. */
const MAX_ERROR_BYTES = 16 * KIB
/** What a worker says about a picture: characters of at most three bytes each. */
const MAX_NOTES_BYTES = NOTE_LIMITS.notes * (3 * NOTE_LIMITS.chars + 3)
/** A message with nothing but numbers and short names. */
const SMALL = KIB

/** Largest encoding of each message, bytes. A longer one is refused with `message_too_large`. */
export const MESSAGE_LIMITS = {
  session: {
    hello: MAX_PROFILE_BYTES,
    profile: MAX_PROFILE_BYTES,
    heartbeat: SMALL,
    welcome: SMALL,
    refused: MAX_ERROR_BYTES,
    goodbye: MAX_ERROR_BYTES,
  },
  job: {
    offer: MAX_SPEC_BYTES,
    cancel: SMALL,
    accepted: SMALL,
    progress: SMALL + MAX_PREVIEW_BYTES,
    finished: SMALL,
    fault: MAX_ERROR_BYTES,
    cancelled: SMALL,
  },
  result: {
    result: MAX_SPEC_BYTES + MAX_RECEIPT_BYTES + MAX_NOTES_BYTES,
    accepted: MAX_RECEIPT_BYTES + SMALL,
    refused: MAX_ERROR_BYTES,
    later: SMALL,
  },
  input: {
    fetch: SMALL,
    input: SMALL,
    refused: MAX_ERROR_BYTES,
    later: SMALL,
  },
} as const

/** Largest frame that follows a `result` message: the image file itself, never parsed as a message. */
export const MAX_IMAGE_FRAME_BYTES: number = MAX_IMAGE_BYTES

/** Largest frame that follows an `input` message: the file of an input picture. */
export const MAX_INPUT_FRAME_BYTES: number = MAX_INPUT_BYTES

/** How a session keeps itself alive. The coordinator states both in its `welcome`; these are its defaults. */
export const SESSION_TIMING = {
  /** Milliseconds between two heartbeats of each side. */
  heartbeatMs: 2_000,
  /** Milliseconds without a byte from the other side after which the session is over. */
  silenceMs: 6_000,
} as const

/** What a welcome may ask for, milliseconds: outside of it a coordinator could keep a dead worker or flood itself. */
export const SESSION_TIMING_RANGE = { min: 10, max: 120_000 } as const
