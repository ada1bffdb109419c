import { createHash } from 'node:crypto'
import type { BlobStore, Sha256 } from '@reverie/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildSha256 } from '../builders/ids.ts'
import type { BlobStoreHarness } from './harness.ts'

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const LARGE_BYTES = 1024 * 1024

/** What every {@link BlobStore} guarantees. */
export function describeBlobStoreContract(
  name: string,
  setup: () => Promise<BlobStoreHarness>,
): void {
  describe(`${name} as a blob store`, () => {
    let harness: BlobStoreHarness
    let blobs: BlobStore

    beforeEach(async () => {
      harness = await setup()
      blobs = harness.blobs
    })
    afterEach(() => harness.close())

    it('names bytes by their SHA-256 and gives them back', async () => {
      const bytes = new TextEncoder().encode('red apple')
      const hash = await blobs.put(bytes)
      expect(hash).toBe(hashOf(bytes))
      expect(await blobs.get(hash)).toEqual(bytes)
      expect(await blobs.size(hash)).toBe(bytes.length)
    })

    it('keeps any bytes and cuts any range out of them', async () => {
      const ranges = fc.tuple(fc.nat(300), fc.nat(300)).map(([a, b]) => ({
        start: Math.min(a, b),
        end: Math.max(a, b),
      }))
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 256 }), ranges, async (bytes, range) => {
          const hash = await blobs.put(bytes)
          expect(await blobs.get(hash)).toEqual(bytes)
          expect(await blobs.get(hash, range)).toEqual(bytes.slice(range.start, range.end))
        }),
        { numRuns: 40 },
      )
    })

    it('keeps a large blob whole', async () => {
      const bytes = Uint8Array.from({ length: LARGE_BYTES }, (_, i) => (i * 31) & 0xff)
      const hash = await blobs.put(bytes)
      expect(hashOf((await blobs.get(hash)) ?? new Uint8Array())).toBe(hash)
      expect(await blobs.get(hash, { start: LARGE_BYTES - 2, end: LARGE_BYTES + 5 })).toEqual(
        bytes.slice(-2),
      )
    })

    it('does not see what becomes of the bytes it was given or gave', async () => {
      const bytes = Uint8Array.of(1, 2, 3)
      const hash = await blobs.put(bytes)
      bytes.fill(9)
      const first = await blobs.get(hash)
      first?.fill(8)
      expect(await blobs.get(hash)).toEqual(Uint8Array.of(1, 2, 3))
    })

    it('makes one blob of the same bytes put twice, even at once', async () => {
      const bytes = Uint8Array.of(4, 5, 6)
      const hashes = await Promise.all(Array.from({ length: 8 }, () => blobs.put(bytes)))
      expect(new Set(hashes).size).toBe(1)
      const [hash] = hashes as [Sha256]
      await blobs.delete(hash)
      expect(await blobs.get(hash)).toBeUndefined()
    })

    it('knows nothing of a blob that was never put', async () => {
      const unknown = buildSha256('never put')
      expect(await blobs.get(unknown)).toBeUndefined()
      expect(await blobs.get(unknown, { start: 0, end: 1 })).toBeUndefined()
      expect(await blobs.size(unknown)).toBeUndefined()
      await expect(blobs.delete(unknown)).resolves.toBeUndefined()
    })

    it('forgets a deleted blob and takes it again', async () => {
      const hash = await blobs.put(Uint8Array.of(7))
      await blobs.delete(hash)
      expect(await blobs.size(hash)).toBeUndefined()
      await blobs.put(Uint8Array.of(7))
      expect(await blobs.get(hash)).toEqual(Uint8Array.of(7))
    })
  })
}
