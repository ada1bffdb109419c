import { readFile } from 'node:fs/promises'
import { ERROR_CODES } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { openApiDocument } from '../src/index.ts'

const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')

describe('generated documents', () => {
  it('openapi.json is what the route table says now', async () => {
    expect(JSON.parse(await read('../openapi.json'))).toEqual(
      JSON.parse(JSON.stringify(openApiDocument())),
    )
  })

  it('the error reference lists every code with its status and kind, and no other', async () => {
    const rows = (await read('../../../.github/ERRORS.md')).matchAll(
      /^\| `(\w+)` \| (\w+) \| (\d+) \| (.+) \|$/gm,
    )
    const listed = Array.from(rows, ([, code, kind, status, summary]) => [
      code,
      { kind, status: Number(status), summary },
    ])
    expect(Object.fromEntries(listed)).toEqual(ERROR_CODES)
    expect(listed).toHaveLength(Object.keys(ERROR_CODES).length)
  })
})
