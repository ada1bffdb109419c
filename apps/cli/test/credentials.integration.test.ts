import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCredentials, writeCredentials } from '../src/credentials.ts'

const folder = () => mkdtemp(join(tmpdir(), 'reverie-cli-'))
const credentials = { url: 'http://127.0.0.1:7420', apiKey: 'rvk_x' }

describe('credentials', () => {
  it('are read back, and only this user may read the file', async () => {
    const home = join(await folder(), 'new')
    await writeCredentials(home, credentials)
    expect(await readCredentials(home)).toEqual(credentials)
    const { mode } = await stat(join(home, 'credentials.json'))
    expect(mode & 0o077).toBe(0)
  })

  it('take the mode of a new file, not of an old one', async () => {
    const home = await folder()
    await writeFile(join(home, 'credentials.json'), '{}', { mode: 0o644 })
    await writeCredentials(home, credentials)
    expect((await stat(join(home, 'credentials.json'))).mode & 0o077).toBe(0)
    expect(await readFile(join(home, 'credentials.json'), 'utf8')).toContain('rvk_x')
  })

  it.each(['', 'not json', '{"url":"ftp://x","apiKey":"y"}'])(
    'that are %j count as none',
    async (text) => {
      const home = await folder()
      await writeFile(join(home, 'credentials.json'), text)
      expect(await readCredentials(home)).toBeUndefined()
    },
  )
})
