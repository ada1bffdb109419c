import { copyFile, mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { EXIT } from '@reverie/core'
import { verifyImage } from '@reverie/trust'
import { expect, it } from 'vitest'
import { strip } from '../../src/commands/strip.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'

/** A picture as an artist got it: settings, request and receipt inside. */
const rendered = resolve(import.meta.dirname, '../../../../.github/images/fox.png')

async function stripping(...operands: string[]) {
  const out: string[] = []
  const terminal = createTerminal({ write: (text) => out.push(text) }, { write: () => {} }, {})
  const context = { terminal, env: {}, json: true, home: '/', self: 'reverie' }
  const code = await strip.run({ values: {}, operands, argv: operands }, context)
  return { code, out: out.join('') }
}

it('leaves the picture as it is and writes a copy that says nothing, never over another file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reverie-cli-'))
  const path = join(folder, 'fox.png')
  await copyFile(rendered, path)
  expect((await stripping(path)).code).toBe(EXIT.ok)
  const { out } = await stripping(path)
  expect((await readdir(folder)).toSorted()).toEqual([
    'fox.png',
    'fox.stripped-2.png',
    'fox.stripped.png',
  ])
  expect(JSON.parse(out).bytes).toBeGreaterThan(500)
  const bare = await readFile(join(folder, 'fox.stripped.png'))
  expect(bare.toString('latin1')).not.toMatch(/fox|parameters|reverie/)
  expect(verifyImage(bare).verdict).toBe('unsigned')
  expect(verifyImage(await readFile(path)).verdict).toBe('verified')
})

it('says which picture is missing', async () => {
  await expect(stripping()).rejects.toMatchObject({ code: 'invalid_option' })
  await expect(stripping('/nowhere/fox.png')).rejects.toMatchObject({ code: 'file_unreadable' })
})
