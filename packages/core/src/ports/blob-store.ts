import type { Sha256 } from '../ids.ts'

/**
 * Immutable bytes named by their SHA-256. Every implementation: `put` is atomic (a reader sees all or nothing, a crash
 * leaves no partial blob under its name) and durable when it resolves; putting the same bytes twice is one blob.
 */
export interface BlobStore {
  /** @throws ReverieError `storage_unavailable` when the bytes cannot be kept. */
  put(bytes: Uint8Array): Promise<Sha256>
  /** Undefined when there is no such blob. `range` is [start, end) in bytes. */
  get(hash: Sha256, range?: { start: number; end: number }): Promise<Uint8Array | undefined>
  /** Bytes, or undefined when there is no such blob. */
  size(hash: Sha256): Promise<number | undefined>
  /** No error when it is not there. */
  delete(hash: Sha256): Promise<void>
}
