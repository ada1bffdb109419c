import type { JobSpec, Sha256 } from '@reverie/core'
import { encodeCanonical } from '@reverie/protocol'
import { sha256Hex } from '../hash.ts'

/** SHA-256 of the canonical DAG-CBOR of a job's spec: what a receipt says about the request. The nonce keeps a short prompt from being guessed. */
export const requestHash = (spec: JobSpec): Sha256 => sha256Hex(encodeCanonical(spec))
