import { sameBytes } from '../hash.ts'
import { hashNode, merkleRoot, splitPoint } from './tree.ts'

const HASH_BYTES = 32

/** The place of one leaf in a tree. */
export interface LeafPosition {
  /** 0-based. */
  readonly index: number
  /** Leaves of the tree. */
  readonly size: number
}

/**
 * The audit path of a leaf, from its sibling up to the child of the root (RFC 6962, section 2.1.1).
 * @throws RangeError when there is no such leaf
 */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new RangeError(`there is no leaf ${index} in a tree of ${leaves.length}`)
  }
  if (leaves.length === 1) return []
  const split = splitPoint(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return index < split
    ? [...inclusionProof(left, index), merkleRoot(right)]
    : [...inclusionProof(right, index - split), merkleRoot(left)]
}

/** Whether the proof leads from this leaf hash, at this place, to this root (RFC 9162, section 2.1.3.2). Takes hostile input. */
export function verifyInclusion(
  leaf: Uint8Array,
  { index, size }: LeafPosition,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index)) return false
  if (index < 0 || index >= size) return false
  if ([leaf, root, ...proof].some((hash) => hash.length !== HASH_BYTES)) return false
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sibling, hash)
      // A node without a right sibling rises unhashed until it is a right child.
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = hashNode(hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && sameBytes(hash, root)
}
