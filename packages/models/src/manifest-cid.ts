import { createHash } from 'node:crypto'
import { encode } from '@ipld/dag-cbor'
import type { ManifestCid, ModelManifest } from '@reverie/core'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'

/** Multicodec codes: https://github.com/multiformats/multicodec/blob/master/table.csv */
const DAG_CBOR = 0x71
const SHA2_256 = 0x12

/**
 * The name of a manifest: CIDv1 over its canonical DAG-CBOR, SHA-256, base32. The order of keys does not matter, the
 * order of files does. Take the manifest from the schema: unknown keys would change the name.
 */
export function manifestCid(manifest: ModelManifest): ManifestCid {
  const digest = createHash('sha256').update(encode(manifest)).digest()
  return CID.createV1(DAG_CBOR, createDigest(SHA2_256, digest)).toString() as ManifestCid
}
