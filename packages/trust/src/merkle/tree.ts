import { sha256 } from '@noble/hashes/sha2.js'

const LEAF = 0
const NODE = 1

/** Hash of a leaf's data: SHA-256 of 0x00 and the data (RFC 6962, section 2.1). */
export const hashLeaf = (data: Uint8Array): Uint8Array =>
  sha256.create().update(Uint8Array.of(LEAF)).update(data).digest()

/** Hash of an inner node: SHA-256 of 0x01, left and right (RFC 6962, section 2.1). */
export const hashNode = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256.create().update(Uint8Array.of(NODE)).update(left).update(right).digest()

/** The largest power of two below `size`, where RFC 6962 splits a tree of `size` > 1 leaves. */
export function splitPoint(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

/**
 * Merkle tree hash over leaf hashes in order (RFC 6962, section 2.1). Of no leaves: the SHA-256 of nothing.
 * @param leaves - {@link hashLeaf} of each leaf, 32 bytes each
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) return sha256(new Uint8Array())
  if (leaves.length === 1) return first
  const split = splitPoint(leaves.length)
  return hashNode(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)))
}
