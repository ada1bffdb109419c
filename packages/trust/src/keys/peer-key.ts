import { PeerId, ReverieError } from '@reverie/core'
import { base58btc } from 'multiformats/bases/base58'

/**
 * What precedes the 32 key bytes in the peer id of an Ed25519 key: identity multihash (0x00) of 36 bytes, which are the
 * protobuf of a public key: type (field 1) Ed25519 = 1, data (field 2) of 32 bytes.
 * https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
 */
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const KEY_BYTES = 32

/**
 * The Ed25519 public key, 32 bytes, that a peer id carries.
 * @throws ReverieError `message_invalid` when the text is not the peer id of an Ed25519 key
 */
export function publicKeyOf(peer: string): Uint8Array {
  const invalid = (cause?: unknown) =>
    new ReverieError(
      'message_invalid',
      'The peer id does not carry an Ed25519 key; it must read 12D3KooW and 44 base58 characters',
      {},
      { cause },
    )
  if (!PeerId.safeParse(peer).success) throw invalid()
  let bytes: Uint8Array
  try {
    bytes = base58btc.baseDecode(peer)
  } catch (cause) {
    throw invalid(cause)
  }
  const isKey =
    bytes.length === PREFIX.length + KEY_BYTES && PREFIX.every((byte, i) => bytes[i] === byte)
  if (!isKey) throw invalid()
  return bytes.slice(PREFIX.length)
}

/** The peer id of an Ed25519 public key of 32 bytes. @throws RangeError for another length */
export function peerIdOf(publicKey: Uint8Array): PeerId {
  if (publicKey.length !== KEY_BYTES) {
    throw new RangeError(`an Ed25519 public key has 32 bytes, not ${publicKey.length}`)
  }
  const bytes = new Uint8Array(PREFIX.length + KEY_BYTES)
  bytes.set(PREFIX)
  bytes.set(publicKey, PREFIX.length)
  return base58btc.baseEncode(bytes) as PeerId
}
