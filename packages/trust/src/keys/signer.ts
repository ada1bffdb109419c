import { ed25519 } from '@noble/curves/ed25519.js'
import type { PeerId } from '@reverie/core'
import { peerIdOf } from './peer-key.ts'

/** Signs in the name of one peer. A libp2p node's identity is one; keys stay behind it. */
export interface Signer {
  readonly peer: PeerId
  /** Ed25519 signature (RFC 8032) of the bytes, 64 bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** A signer that holds its key: for browsers, tools and tests. @param secretKey - 32 bytes of RFC 8032 */
export function createSigner(secretKey: Uint8Array): Signer {
  return {
    peer: peerIdOf(ed25519.getPublicKey(secretKey)),
    sign: async (bytes) => ed25519.sign(bytes, secretKey),
  }
}
