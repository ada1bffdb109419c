import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUserComment, encodeUserComment } from '../../src/exif/user-comment.ts'
import { findPictureFormat, pictureFormatOf } from '../../src/index.ts'
import { samplePng } from '../png/sample.ts'
import { jpeg, webp, webpExtended, webpLossless } from './samples.ts'

const FILES = { webp, webpLossless, webpExtended, jpeg, png: samplePng(0, 24, 16) }
const SETTINGS = 'a (red:1.2) apple, "köşe" 🍎\nNegative prompt: blur\nSteps: 20, Seed: 1'

describe.each(Object.entries(FILES))('a file of kind %s', (_, file) => {
  const format = pictureFormatOf(file)

  it('states its size', () => {
    expect(format.size(file)).toEqual({ width: 24, height: 16 })
  })

  it('gives back the settings written into it, and the last ones written', () => {
    expect(format.settings(file)).toBeUndefined()
    const once = format.withSettings(file, 'earlier')
    const twice = format.withSettings(once, SETTINGS)
    expect(format.settings(twice)).toBe(SETTINGS)
    expect(format.size(twice)).toEqual({ width: 24, height: 16 })
  })

  it('carries a receipt of any length and loses nothing when it is taken out', () => {
    const made = format.withSettings(file, SETTINGS)
    for (const length of [1, 2, 65_525, 65_526, 150_000]) {
      const text = 'r'.repeat(length)
      const carrying = format.withReceipt(made, text)
      expect(format.receipts(carrying).map((each) => each.text)).toEqual([text])
      expect(format.withoutReceipt(carrying)).toEqual(made)
    }
  })

  it('loses every text and keeps its picture when metadata is stripped', () => {
    const full = format.withReceipt(format.withSettings(file, SETTINGS), 'receipt')
    const bare = format.withoutMetadata(full)
    expect(format.settings(bare)).toBeUndefined()
    expect(format.receipts(bare)).toEqual([])
    expect(format.size(bare)).toEqual({ width: 24, height: 16 })
    expect(new TextDecoder('latin1').decode(bare)).not.toMatch(/reverie|parameters|nobody/i)
  })

  it('is refused in words when its end is missing or more follows', () => {
    const longer = new Uint8Array(file.length + 1)
    longer.set(file)
    expect(() => format.size(longer)).toThrowError(/damaged|truncated|after its end/i)
    for (const end of [13, 40, file.length - 1]) {
      expect(() => format.size(file.subarray(0, end))).toThrowError(/truncated|damaged|header/i)
    }
  })

  it('never gives anything but a typed error for damaged bytes', () => {
    const full = format.withReceipt(format.withSettings(file, SETTINGS), 'receipt')
    fc.assert(
      fc.property(fc.nat(full.length - 1), fc.nat(255), (at, value) => {
        const damaged = full.slice()
        damaged[at] = value
        for (const read of [format.size, format.settings, format.receipts]) {
          try {
            read(damaged)
          } catch (error) {
            expect(error).toMatchObject({ code: 'file_unreadable' })
          }
        }
      }),
    )
  })
})

describe('a user comment of EXIF', () => {
  it('comes back as it was, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wanted = text.replace(/\0+$/, '')
        // Text that is mostly above U+00FF has no zero bytes to tell the order by; the block's own then holds.
        expect(decodeUserComment(encodeUserComment(`prompt ${wanted}`))).toBe(`prompt ${wanted}`)
      }),
    )
  })

  it('is read in either byte order, with and without the prefix', () => {
    const big = encodeUserComment('Steps: 4')
    const prefixed = new Uint8Array([...new TextEncoder().encode('Exif\0\0'), ...big])
    expect(decodeUserComment(prefixed)).toBe('Steps: 4')
    const swapped = big.slice()
    for (let i = 52; i < swapped.length; i += 2) swapped.set([big[i + 1] ?? 0, big[i] ?? 0], i)
    expect(decodeUserComment(swapped)).toBe('Steps: 4')
  })

  it('is nothing where the block is damaged', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(['string', 'undefined']).toContain(typeof decodeUserComment(bytes))
      }),
    )
  })
})

it('knows a picture by its first bytes only', () => {
  expect(findPictureFormat(new TextEncoder().encode('GIF89a'))).toBeUndefined()
  expect(() => pictureFormatOf(new Uint8Array(3))).toThrowError(/PNG, WebP, JPEG/)
})
