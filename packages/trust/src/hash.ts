import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Sha256 } from '@reverie/core'

/** In plain JavaScript: browsers have `crypto.subtle` only on secure pages. */
export const sha256Hex = (bytes: Uint8Array): Sha256 => bytesToHex(sha256(bytes)) as Sha256

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i])
