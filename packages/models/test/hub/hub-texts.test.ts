import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextPage } from '../../src/hub/link-header.ts'
import { isPlainPath } from '../../src/hub/plain-path.ts'
import { licenceOf, spdx } from '../../src/hub/repo-licence.ts'
import { nameFrom, requireName } from '../../src/library/model-name.ts'

describe('the next page of a listing', () => {
  const here = new URL('https://hub.org/api/tree?cursor=1')

  it.each([
    ['<https://hub.org/api/tree?cursor=2>; rel="next"', 'https://hub.org/api/tree?cursor=2'],
    ['</a>; rel="prev", </b>; rel="next"', 'https://hub.org/b'],
    ['<https://evil.org/x>; rel="next"', undefined],
    ['<https://hub.org/api/tree?cursor=1>; rel="next"', undefined],
    ['</b>; rel="last"', undefined],
    [null, undefined],
    ['nonsense', undefined],
  ])('of %j is %s', (link, expected) => {
    expect(nextPage(link, here)?.href).toBe(expected)
  })
})

describe('a plain path', () => {
  it.each(['a', 'unet/model.onnx', 'a b/ü.txt', '..a/b..'])('is %j', (path) => {
    expect(isPlainPath(path)).toBe(true)
  })
  it.each(['', '/a', '../a', 'a/../b', 'a//b', 'a/', './a', 'C:\\x', 'c:x', 'a\0b', 'a\nb'])(
    'is not %j',
    (path) => {
      expect(isPlainPath(path)).toBe(false)
    },
  )
})

describe('a licence as SPDX writes it', () => {
  it.each([
    [{ cardData: { license: 'apache-2.0' } }, 'Apache-2.0'],
    [{ cardData: { license: 'creativeml-openrail-m' } }, 'LicenseRef-creativeml-openrail-m'],
    [{ cardData: { license: 'openrail++' } }, 'LicenseRef-openrail-plus-plus'],
    [{ cardData: { license: 'other', license_name: 'SAI NC' } }, 'LicenseRef-sai-nc'],
    [{ cardData: null, tags: ['onnx', 'license:mit'] }, 'MIT'],
    [{ cardData: {}, tags: [] }, undefined],
  ])('of %j is %s', (info, expected) => {
    expect(licenceOf({ sha: 'a', ...info })).toBe(expected)
  })

  it('stays what it is when it is one already', () => {
    for (const licence of ['Apache-2.0', 'CC-BY-4.0', 'LicenseRef-mine']) {
      expect(spdx(licence)).toBe(licence)
    }
  })
})

describe('a name made of any text', () => {
  it('is a name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(requireName(nameFrom(text))).toBe(nameFrom(text))
      }),
    )
  })
  it.each([
    ['Stable-Diffusion v1.5', 'stable-diffusion-v1.5'],
    ['Ink.safetensors', 'ink'],
    ['--x', 'x'],
    ['日本', 'model'],
  ])('%s becomes %s', (text, name) => {
    expect(nameFrom(text)).toBe(name)
  })
})
