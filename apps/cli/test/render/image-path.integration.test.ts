import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claimFolder, destinationOf, saveImage, slugOf } from '../../src/render/image-path.ts'

const folder = () => mkdtemp(join(tmpdir(), 'reverie-cli-'))

describe('saveImage', () => {
  it('never writes over a file, and leaves no draft behind', async () => {
    const here = await folder()
    await writeFile(join(here, 'cat.png'), 'mine')
    const paths = []
    for (const text of ['a', 'b'])
      paths.push(await saveImage(here, 'cat', 'png', Buffer.from(text)))
    expect(paths).toEqual([join(here, 'cat-2.png'), join(here, 'cat-3.png')])
    expect(await readFile(join(here, 'cat.png'), 'utf8')).toBe('mine')
    expect((await readdir(here)).toSorted()).toEqual(['cat-2.png', 'cat-3.png', 'cat.png'])
  })

  it('says where it could not save', async () => {
    const here = await folder()
    await writeFile(join(here, 'file'), '')
    await expect(saveImage(join(here, 'file'), 'cat', 'png', Buffer.from('a'))).rejects.toThrow(
      'choose another place with --out',
    )
  })
})

describe('a saved picture', () => {
  it('is named after its format', async () => {
    const here = await folder()
    for (const format of ['webp', 'jpeg'] as const) {
      await saveImage(here, 'cat', format, Buffer.from('a'))
    }
    expect((await readdir(here)).toSorted()).toEqual(['cat.jpg', 'cat.webp'])
  })
})

describe('claimFolder', () => {
  it('makes the folder and leaves nothing in it', async () => {
    const here = join(await folder(), 'a', 'b')
    await claimFolder(here)
    expect(await readdir(here)).toEqual([])
  })

  it('says before anything is rendered that a folder cannot be written', async () => {
    const file = join(await folder(), 'file')
    await writeFile(file, '')
    await expect(claimFolder(join(file, 'below'))).rejects.toMatchObject({
      code: 'file_unreadable',
      message: expect.stringContaining('choose another place with --out'),
    })
  })
})

describe('destinationOf', () => {
  it('takes the name of a picture as a file and anything else as a folder', async () => {
    const here = await folder()
    expect(await destinationOf(join(here, 'a.PNG'))).toEqual({
      folder: here,
      name: 'a',
      format: 'png',
    })
    expect(await destinationOf(join(here, 'a.jpeg'))).toMatchObject({ format: 'jpeg' })
    expect(await destinationOf(join(here, 'cats'))).toEqual({
      folder: join(here, 'cats'),
      name: undefined,
      format: undefined,
    })
    expect(await destinationOf(here)).toMatchObject({ folder: here, name: undefined })
  })

  it('refuses other image types', async () => {
    await expect(destinationOf('a.gif')).rejects.toThrow('PNG, WebP or JPEG')
  })
})

describe('slugOf', () => {
  it.each([
    ['red apple, 3d style', 'red-apple-3d-style'],
    ['../../etc/passwd', 'etc-passwd'],
    ['Ёж в тумане', 'ёж-в-тумане'],
    ['!!!', 'image'],
  ])('makes a file name of %j', (prompt, slug) => {
    expect(slugOf(prompt)).toBe(slug)
  })
})
