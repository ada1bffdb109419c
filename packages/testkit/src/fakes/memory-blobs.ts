import { createHash } from 'node:crypto'
import type { BlobStore } from '@reverie/core'
import { ReverieError, Sha256 } from '@reverie/core'

/** A {@link BlobStore} in memory, held to the same suite as the real one. */
export interface MemoryBlobs extends BlobStore {
  /** How many blobs are kept. */
  count(): number
  /** While true, `put` fails with `storage_unavailable`, as a full disk does. */
  setFull(full: boolean): void
}

export function createMemoryBlobs(): MemoryBlobs {
  const blobs = new Map<Sha256, Uint8Array>()
  let isFull = false
  return {
    async put(bytes) {
      if (isFull) {
        throw new ReverieError(
          'storage_unavailable',
          `${bytes.length} bytes cannot be kept: the store in memory was set to full`,
        )
      }
      const hash = Sha256.parse(createHash('sha256').update(bytes).digest('hex'))
      if (!blobs.has(hash)) blobs.set(hash, Uint8Array.from(bytes))
      return hash
    },
    async get(hash, range) {
      const bytes = blobs.get(hash)
      return bytes && (range ? bytes.slice(range.start, range.end) : Uint8Array.from(bytes))
    },
    size: async (hash) => blobs.get(hash)?.length,
    async delete(hash) {
      blobs.delete(hash)
    },
    count: () => blobs.size,
    setFull: (full) => {
      isFull = full
    },
  }
}
