import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { ReverieError, type Sha256 } from '@reverie/core'
import { inclusionProof, verifyInclusion } from './merkle/inclusion.ts'
import { hashLeaf, merkleRoot } from './merkle/tree.ts'

/** Promises the latents of every step without showing them. */
export interface TrajectoryCommitment {
  /** RFC 6962 Merkle root of the leaves. */
  readonly root: Sha256
  /** steps + 1: leaf 0 is the initial noise, leaf i the latents after i steps. */
  readonly leaves: number
}

/** One leaf shown, with the proof that it was committed. */
export interface TrajectoryOpening {
  readonly index: number
  readonly latents: Float32Array
  /** 32 bytes each, sibling of the leaf first. */
  readonly proof: readonly Uint8Array[]
}

/**
 * A leaf's data: its index as uint32, then the latents in memory order as float32, all little-endian. The index keeps
 * equal latents of two steps from passing for each other.
 */
function leafData(latents: Float32Array, index: number): Uint8Array {
  const data = new Uint8Array(4 + latents.length * 4)
  const view = new DataView(data.buffer)
  view.setUint32(0, index, true)
  for (let i = 0; i < latents.length; i++) {
    const value = latents[i] as number
    // NaN has many encodings, so its bytes are not the same everywhere.
    if (!Number.isFinite(value)) {
      throw new ReverieError(
        'bad_output',
        `Latents after step ${index} hold ${value} at position ${i}; only finite values can be committed`,
        { step: index },
      )
    }
    view.setFloat32(4 + i * 4, value, true)
  }
  return data
}

const leafHashes = (latents: readonly Float32Array[]): Uint8Array[] =>
  latents.map((step, index) => hashLeaf(leafData(step, index)))

/**
 * Commits to the latents of a job.
 * @param latents - before the first step and after each one, in order
 * @throws ReverieError `bad_output` when there are none or a value is not finite
 */
export function commitTrajectory(latents: readonly Float32Array[]): TrajectoryCommitment {
  if (latents.length === 0) {
    throw new ReverieError(
      'bad_output',
      'There are no latents to commit to; a job has one per step',
    )
  }
  return { root: bytesToHex(merkleRoot(leafHashes(latents))) as Sha256, leaves: latents.length }
}

/**
 * Shows the latents of one step. @throws RangeError when there is no such leaf
 * @throws ReverieError `bad_output` as {@link commitTrajectory}
 */
export function openTrajectory(latents: readonly Float32Array[], index: number): TrajectoryOpening {
  const proof = inclusionProof(leafHashes(latents), index)
  return { index, latents: latents[index] as Float32Array, proof }
}

/** Whether the shown latents are those committed at that index. Takes hostile input. */
export function verifyTrajectoryOpening(
  { root, leaves }: TrajectoryCommitment,
  { index, latents, proof }: TrajectoryOpening,
): boolean {
  if (!latents.every(Number.isFinite)) return false
  const leaf = hashLeaf(leafData(latents, index))
  return verifyInclusion(leaf, { index, size: leaves }, proof, hexToBytes(root))
}
