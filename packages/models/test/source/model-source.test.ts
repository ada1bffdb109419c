import { isReverieError } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseModelSource, readCatalogue } from '../../src/index.ts'

const HUB = new URL('https://huggingface.co')
const catalogue = readCatalogue()
const parse = (text: string) => parseModelSource(text, HUB, catalogue)

describe('what names a model', () => {
  it.each([
    ['sd15', { repo: 'onnx-community/stable-diffusion-v1-5-ONNX', revision: 'main' }],
    ['sd21-base', { repo: 'aislamov/stable-diffusion-2-1-base-onnx', revision: 'cpu' }],
    ['a/b', { repo: 'a/b', revision: 'main', path: undefined }],
    ['a/b@refs/pr/3', { repo: 'a/b', revision: 'refs/pr/3' }],
    ['a/b@v1:x/y.safetensors', { repo: 'a/b', revision: 'v1', path: 'x/y.safetensors' }],
    ['https://huggingface.co/a/b', { repo: 'a/b', revision: 'main' }],
    ['https://huggingface.co/a/b/tree/dev/onnx/', { repo: 'a/b', revision: 'dev', path: 'onnx' }],
    [
      'https://huggingface.co/a/b/resolve/main/My%20Ink.safetensors',
      { repo: 'a/b', path: 'My Ink.safetensors' },
    ],
  ])('%s is a repository', (text, expected) => {
    expect(parse(text)).toMatchObject({ kind: 'hub', ...expected })
  })

  it.each(['https://example.org/m/manifest.json', 'http://127.0.0.1:1/x.safetensors?token=1'])(
    '%s is an address',
    (text) => {
      expect(parse(text)).toEqual({ kind: 'url', url: new URL(text) })
    },
  )

  it.each([
    '',
    'nope',
    '../..',
    'a/..',
    'a/b:../x',
    'a/b:/etc/passwd',
    'https://u:p@x.org/a.onnx',
    'https://x.org/',
    'ftp://x.org/a.onnx',
    'a/b/c',
  ])('%j names none', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid_option' }))
  })

  it('fails with an error of its own for any text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((tail) => `https://huggingface.co/a/b/tree/${tail}`),
      fc.webUrl(),
    )
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parse(text)
        } catch (error) {
          expect(isReverieError(error)).toBe(true)
        }
      }),
    )
  })
})

describe('the catalogue', () => {
  it('has an alias for each entry, and a licence', () => {
    const aliases = catalogue.models.map(({ alias }) => alias)
    expect(new Set(aliases).size).toBe(aliases.length)
    for (const { licence } of catalogue.models) expect(licence).toMatch(/^[\w.-]+$/)
  })
})
