import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openBlobFolder } from '@reverie/store'
import { describeBlobStoreContract } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'

describeBlobStoreContract('a folder', async () => ({
  blobs: await openBlobFolder({ folder: await temporaryFolder() }),
  close: async () => {},
}))

describe('openBlobFolder', () => {
  it('sweeps what a crash left half written and keeps the blobs', async () => {
    const folder = await temporaryFolder()
    const hash = await (await openBlobFolder({ folder })).put(Uint8Array.of(1, 2))
    await writeFile(join(folder, 'incoming', '99-0'), 'half')
    const blobs = await openBlobFolder({ folder })
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
    expect(await blobs.get(hash)).toEqual(Uint8Array.of(1, 2))
  })

  it('leaves nothing but the blob behind', async () => {
    const folder = await temporaryFolder()
    const blobs = await openBlobFolder({ folder })
    const hash = await blobs.put(Uint8Array.of(3))
    expect((await readdir(folder)).toSorted()).toEqual([hash.slice(0, 2), 'incoming'].toSorted())
    expect(await readdir(join(folder, hash.slice(0, 2)))).toEqual([hash])
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
  })

  it('writes a damaged blob again', async () => {
    const folder = await temporaryFolder()
    const blobs = await openBlobFolder({ folder })
    const hash = await blobs.put(Uint8Array.of(4, 5))
    await writeFile(join(folder, hash.slice(0, 2), hash), 'damaged')
    await blobs.put(Uint8Array.of(4, 5))
    expect(await blobs.get(hash)).toEqual(Uint8Array.of(4, 5))
  })

  it('says that it cannot keep a blob, and keeps no part of it', async () => {
    const folder = await temporaryFolder()
    const blobs = await openBlobFolder({ folder })
    // A file where the shard's folder should be fails like a broken disk, also for root.
    const bytes = Uint8Array.of(6)
    const hash = await blobs.put(bytes)
    await blobs.delete(hash)
    const shard = join(folder, hash.slice(0, 2))
    await rm(shard, { recursive: true })
    await writeFile(shard, 'in the way')
    await expect(blobs.put(bytes)).rejects.toMatchObject({
      code: 'storage_unavailable',
      kind: 'operational',
    })
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
  })

  it('says which folder it cannot use', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'taken'), '')
    await expect(openBlobFolder({ folder: join(folder, 'taken') })).rejects.toMatchObject({
      code: 'data_folder_unusable',
      facts: { folder: join(folder, 'taken') },
    })
  })

  it.skipIf(process.getuid?.() === 0)('says that a read-only folder takes no blob', async () => {
    const folder = await temporaryFolder()
    const blobs = await openBlobFolder({ folder })
    await mkdir(join(folder, 'incoming'), { recursive: true })
    await chmod(join(folder, 'incoming'), 0o500)
    await expect(blobs.put(Uint8Array.of(7))).rejects.toMatchObject({
      code: 'storage_unavailable',
      facts: { reason: 'EACCES' },
    })
    await chmod(join(folder, 'incoming'), 0o700)
  })
})
