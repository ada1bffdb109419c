import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IDENTITY_FILE, loadIdentity } from '../src/index.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-identity-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))
const path = () => join(folder, IDENTITY_FILE)
const put = async (text: string) => {
  await writeFile(path(), text, { mode: 0o600 })
}

describe('an identity', () => {
  it('is made at first run and the same ever after', async () => {
    const first = await loadIdentity(folder)
    const second = await loadIdentity(folder)
    expect(first.peer).toMatch(/^12D3KooW/)
    expect(second.peer).toBe(first.peer)
    expect(await second.sign(Uint8Array.of(1))).toEqual(await first.sign(Uint8Array.of(1)))
  })

  it('signs with the key that its peer id names', async () => {
    const identity = await loadIdentity(folder)
    const bytes = Uint8Array.of(1, 2, 3)
    const signature = await identity.sign(bytes)
    expect(signature).toHaveLength(64)
    const { publicKey } = identity.privateKey
    expect(await publicKey.verify(bytes, signature)).toBe(true)
    expect(await publicKey.verify(Uint8Array.of(1, 2, 4), signature)).toBe(false)
  })

  it('is readable by its owner only, in a folder made for it', async () => {
    const nested = join(folder, 'a', 'b')
    await loadIdentity(nested)
    expect((await stat(join(nested, IDENTITY_FILE))).mode & 0o777).toBe(0o600)
    expect((await stat(nested)).mode & 0o777).toBe(0o700)
    expect(await readdir(nested)).toEqual([IDENTITY_FILE])
  })

  it('is one and the same for processes that start at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => loadIdentity(folder)))
    expect(new Set(all.map(({ peer }) => peer)).size).toBe(1)
    expect(await readdir(folder)).toEqual([IDENTITY_FILE])
  })

  it('is refused with the command that mends it when others can read it', async () => {
    await loadIdentity(folder)
    await chmod(path(), 0o640)
    await expect(loadIdentity(folder)).rejects.toMatchObject({
      code: 'identity_unreadable',
      message: expect.stringContaining(`chmod 600 '${path()}'`),
    })
  })

  it.each([
    ['empty', async () => ''],
    ['cut short', async () => (await readFile(path(), 'utf8')).slice(0, 20)],
    ['not base64', async () => 'this is a diary, not a key'],
    ['base64 of something else', async () => Buffer.from('hello').toString('base64')],
    [
      'a key of another type',
      async () =>
        Buffer.from(privateKeyToProtobuf(await generateKeyPair('secp256k1'))).toString('base64'),
    ],
    ['far too long', async () => 'A'.repeat(10_000)],
  ])('is refused, not replaced, when its file is %s', async (_name, contents) => {
    await loadIdentity(folder)
    const text = await contents()
    await put(text)
    await expect(loadIdentity(folder)).rejects.toMatchObject({ code: 'identity_unreadable' })
    expect(await readFile(path(), 'utf8')).toBe(text)
  })

  it('says so when its folder cannot be made', async () => {
    await put('a file where a folder should be')
    await expect(loadIdentity(join(path(), 'nested'))).rejects.toMatchObject({
      code: 'data_folder_unusable',
    })
  })
})
