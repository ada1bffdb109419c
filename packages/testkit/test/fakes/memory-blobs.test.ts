import { createMemoryBlobs, describeBlobStoreContract } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'

describeBlobStoreContract('blobs in memory', async () => ({
  blobs: createMemoryBlobs(),
  close: async () => {},
}))

describe('createMemoryBlobs', () => {
  it('fails like a full disk while it is set to full', async () => {
    const blobs = createMemoryBlobs()
    blobs.setFull(true)
    await expect(blobs.put(Uint8Array.of(1))).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
    expect(blobs.count()).toBe(0)
    blobs.setFull(false)
    await blobs.put(Uint8Array.of(1))
    expect(blobs.count()).toBe(1)
  })
})
