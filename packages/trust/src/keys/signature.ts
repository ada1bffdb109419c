import { ed25519 } from '@noble/curves/ed25519.js'
import { publicKeyOf } from './peer-key.ts'

/**
 * Whether `peer`'s key signed exactly these bytes. Strict RFC 8032: no second encoding of a valid signature passes, and
 * keys of small order, under which one signature fits many messages, never do.
 */
export const isSignedBy = (peer: string, bytes: Uint8Array, signature: Uint8Array): boolean =>
  signature.length === 64 && ed25519.verify(signature, bytes, publicKeyOf(peer), { zip215: false })
