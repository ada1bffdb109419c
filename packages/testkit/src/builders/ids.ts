import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { ManifestCid, PeerId, Sha256 } from '@reverie/core'
import { base58btc } from 'multiformats/bases/base58'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'

/** DER of a PKCS #8 Ed25519 private key, up to its 32-byte seed (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')
const RAW_KEY_BYTES = 32
/** Identity multihash of 36 bytes holding a libp2p public key: Ed25519, 32 bytes (libp2p peer id specification). */
const PEER_ID_PREFIX = Buffer.from('002408011220', 'hex')

/** Multicodec codes. */
const DAG_CBOR = 0x71
const SHA2_256 = 0x12

/** A hash that stands for some content: the same text gives the same hash. */
export const buildSha256 = (of: string = 'content'): Sha256 =>
  Sha256.parse(createHash('sha256').update(of).digest('hex'))

/** The peer id of a real Ed25519 key, repeatable by number. */
export function buildPeerId(number: number = 1): PeerId {
  const seed = createHash('sha256').update(`peer ${number}`).digest()
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-RAW_KEY_BYTES)
  return PeerId.parse(base58btc.baseEncode(Buffer.concat([PEER_ID_PREFIX, raw])))
}

/** The CID of some manifest, repeatable by number. */
export const buildManifestCid = (number: number = 1): ManifestCid => {
  const digest = createHash('sha256').update(`manifest ${number}`).digest()
  const cid = CID.createV1(DAG_CBOR, createDigest(SHA2_256, digest))
  return ManifestCid.parse(cid.toString())
}
