import { mkdtemp, open, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, MAX_IMAGE_BYTES } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { describe, expect, it } from 'vitest'
import { verify } from '../../src/commands/verify.ts'
import { createTerminal } from '../../src/terminal/terminal.ts'

async function verifying(operands: string[], json = false) {
  const out: string[] = []
  const terminal = createTerminal({ write: (text) => out.push(text) }, { write: () => {} }, {})
  const context = { terminal, env: {}, json, home: '/', self: 'reverie' }
  const code = await verify.run({ values: {}, operands, argv: operands }, context)
  return { code, out: out.join('') }
}

const folder = () => mkdtemp(join(tmpdir(), 'reverie-cli-'))
/** A real PNG that no worker of ours made. */
const plainPng = join(demoModelFolder, 'examples.png')

describe('reverie verify', () => {
  it('does not pass a picture without a receipt', async () => {
    const { code, out } = await verifying([plainPng])
    expect(code).toBe(EXIT.checkFailed)
    expect(out).toContain('no receipt')
  })

  it('says what is wrong with each file and goes on with the next', async () => {
    const here = await folder()
    const text = join(here, 'text.png')
    await writeFile(text, 'hello')
    const { code, out } = await verifying([join(here, 'none.png'), text, here, plainPng])
    expect(code).toBe(EXIT.checkFailed)
    expect(out).toContain('none.png does not exist')
    expect(out).toContain('not a picture')
    expect(out).toContain('is not a file')
    expect(out).toContain(plainPng)
  })

  it('refuses a file larger than any picture without reading it', async () => {
    const huge = join(await folder(), 'huge.png')
    const file = await open(huge, 'w')
    await file.truncate(MAX_IMAGE_BYTES * 100)
    await file.close()
    expect((await verifying([huge])).out).toContain('pictures have at most')
  })

  it('answers one JSON object a file', async () => {
    const { out } = await verifying([plainPng, '/none.png'], true)
    const [first, second] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(first.verdict).toBe('unsigned')
    expect(second.error.code).toBe('file_unreadable')
  })
})
