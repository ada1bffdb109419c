import { deflateSync, inflateSync } from 'node:zlib'
import { isReverieError } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePngChunk, readPngChunks } from '../../src/png/chunks.ts'
import { readPngSize, readPngText, removePngText, writePngText } from '../../src/png/index.ts'
import { samplePng } from './sample.ts'

const bytes = (...parts: (string | number[] | Uint8Array)[]) =>
  Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))))
const attempt = <T>(run: () => T): { value: T } | { error: unknown } => {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}
const unreadable = expect.objectContaining({ code: 'file_unreadable' })
const word = fc.stringMatching(/^[A-Za-z][a-z]{0,20}( [a-z]{1,10}){0,2}$/)
const text = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((t) => !t.includes('\0'))
const entry = fc.record({ keyword: word, text })

describe('PNG text', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        expect(readPngText(writePngText(samplePng(), entries))).toEqual(entries)
      }),
    )
  })

  it('leaves the original bytes when what was added is removed', () => {
    const original = writePngText(samplePng(), [{ keyword: 'parameters', text: 'kept' }])
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (texts) => {
        const added = writePngText(
          original,
          texts.map((t) => ({ keyword: 'reverie', text: t })),
        )
        expect(added.length).toBeGreaterThan(original.length)
        expect(removePngText(added, 'reverie')).toEqual(original)
      }),
    )
  })

  it('is tEXt where every character is Latin-1, iTXt otherwise', () => {
    const types = (t: string) =>
      readPngChunks(writePngText(samplePng(), [{ keyword: 'k', text: t }])).map((c) => c.type)
    expect(types('café\nline ÿ')).toContain('tEXt')
    expect(types('りんご')).toContain('iTXt')
    expect(types('tab\t')).toContain('iTXt')
    expect(types('\u0081')).toContain('iTXt')
  })

  it('reads compressed zTXt and iTXt of other programs', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 3_000, unit: fc.constantFrom('a', 'b', 'emoji', ' ', 'ü', '日') }),
        fc.constantFrom(0, 1, 6, 9),
        (t, level) => {
          const packed = deflateSync(Buffer.from(t), { level })
          const png = samplePng(0, 4, 4, [
            encodePngChunk('iTXt', bytes('long', [0, 1, 0, 0, 0], packed)),
            encodePngChunk(
              'zTXt',
              bytes('latin', [0, 0], deflateSync(Buffer.from('naïve', 'latin1'))),
            ),
          ])
          expect(readPngText(png)).toEqual([
            { keyword: 'long', text: t },
            { keyword: 'latin', text: 'naïve' },
          ])
        },
      ),
    )
  })

  it('refuses a compressed text that unpacks past the limit, without unpacking it all', () => {
    const bomb = deflateSync(new Uint8Array(8 * 1024 * 1024))
    const png = samplePng(0, 4, 4, [encodePngChunk('zTXt', bytes('bomb', [0, 0], bomb))])
    expect(() => readPngText(png)).toThrow(/more than the 1048576 bytes/)
  })

  it('refuses many small compressed texts', () => {
    const chunk = encodePngChunk('zTXt', bytes('k', [0, 0], deflateSync(Buffer.from('x'))))
    expect(() => readPngText(samplePng(0, 4, 4, Array(17).fill(chunk)))).toThrow(unreadable)
  })

  it('reads no other text out of damaged compressed data: what zlib reads, or a typed error', () => {
    const original = `${'a text that is long enough to matter '.repeat(4)}and one that does not repeat: 0123456789`
    const packed = deflateSync(Buffer.from(original))
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = Uint8Array.from(packed)
        broken[at] = (broken[at] as number) ^ change
        const png = samplePng(0, 4, 4, [encodePngChunk('zTXt', bytes('k', [0, 0], broken))])
        const zlibs = attempt(() => inflateSync(broken).toString('latin1'))
        const ours = attempt(() => readPngText(png)[0]?.text)
        // zlib also refuses some tables that are damaged where it does not matter; the checksum holds there.
        if ('value' in zlibs) expect(ours).toEqual(zlibs)
        else expect([{ error: unreadable }, { value: original }]).toContainEqual(ours)
      }),
    )
  })

  it.each([
    ['no keyword', 'tEXt', [0, 65]],
    ['a keyword without end', 'tEXt', Array<number>(200).fill(65)],
    ['an unknown compression', 'zTXt', [65, 0, 7, 1]],
    ['iTXt that ends early', 'iTXt', [65, 0, 0, 0, 101, 110]],
    ['iTXt that is not UTF-8', 'iTXt', [65, 0, 0, 0, 0, 0, 255, 254]],
  ])('refuses %s', (_, type, data) => {
    const png = samplePng(0, 4, 4, [encodePngChunk(type, Uint8Array.from(data))])
    expect(() => readPngText(png)).toThrow(unreadable)
  })

  it.each(['', ' lead', 'trail ', 'two  spaces', 'tab\t', 'りんご', 'k'.repeat(80)])(
    'does not write under the keyword "%s"',
    (keyword) => {
      expect(() => writePngText(samplePng(), [{ keyword, text: 'x' }])).toThrow(unreadable)
    },
  )

  it('does not write a NUL or more text than it would read', () => {
    const write = (t: string) => () => writePngText(samplePng(), [{ keyword: 'k', text: t }])
    expect(write('a\0b')).toThrow(unreadable)
    expect(write('x'.repeat(1024 * 1024 + 1))).toThrow(unreadable)
  })
})

describe('PNG files from outside', () => {
  it('tell their size from the header', () => {
    expect(readPngSize(samplePng(1, 7, 9))).toEqual({ width: 7, height: 9 })
  })

  it('are refused when cut anywhere, saying so', () => {
    const png = writePngText(samplePng(), [{ keyword: 'parameters', text: 'x' }])
    for (let length = 0; length < png.length; length++) {
      expect(() => readPngText(png.subarray(0, length))).toThrow(unreadable)
    }
  })

  it('are refused when any byte is changed', () => {
    const png = writePngText(samplePng(), [{ keyword: 'parameters', text: 'x' }])
    fc.assert(
      fc.property(fc.nat(png.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const broken = Uint8Array.from(png)
        broken[at] = (broken[at] as number) ^ change
        expect(() => readPngText(broken)).toThrow(unreadable)
      }),
    )
  })

  it('name the broken chunk and its offset', () => {
    const png = samplePng()
    const idat = readPngChunks(png)[1]
    const broken = Uint8Array.from(png)
    broken[(idat?.start ?? 0) + 9] = (broken[(idat?.start ?? 0) + 9] as number) ^ 1
    expect(() => readPngText(broken)).toThrow(/chunk IDAT at byte 33 has CRC/)
  })

  it('are refused with bytes after the end, without IHDR first, or as another format', () => {
    expect(() => readPngText(bytes(samplePng(), [0]))).toThrow(/1 bytes after its end/)
    const [signature, end] = [samplePng().subarray(0, 8), encodePngChunk('IEND', new Uint8Array())]
    expect(() => readPngText(bytes(signature, end))).toThrow(/IHDR must be/)
    expect(() => readPngText(bytes('GIF89a..........'))).toThrow(/not a PNG/)
  })

  it('never cause anything but a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        try {
          readPngText(bytes(samplePng().subarray(0, 33), noise))
        } catch (error) {
          expect(isReverieError(error)).toBe(true)
        }
      }),
    )
  })
})
