import { isReverieError } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { decodeCanonical, decodeMessage, encodeCanonical } from '../src/index.ts'

const Point = z.object({ x: z.int(), label: z.string().check(z.maxLength(5)) })
const options = { maxBytes: 64, what: 'a point' }

describe('the codec', () => {
  it('gives one encoding whatever the order of keys', () => {
    expect(encodeCanonical({ x: 1, label: 'a' })).toEqual(encodeCanonical({ label: 'a', x: 1 }))
  })

  it('refuses another encoding of the same value where canonical form is asked for', () => {
    // 1 as a two-byte integer: the same number, not the canonical bytes.
    const loose = Uint8Array.of(0x18, 0x01)
    expect(() => decodeCanonical(z.int(), loose, options)).toThrow(
      expect.objectContaining({ code: 'message_invalid' }),
    )
    expect(decodeCanonical(z.int(), Uint8Array.of(0x01), options)).toBe(1)
  })

  it('refuses in canonical form a key that the schema would drop', () => {
    const bytes = encodeCanonical({ x: 1, label: 'a', extra: true })
    expect(decodeMessage(Point, bytes, options)).toEqual({ x: 1, label: 'a' })
    expect(() => decodeCanonical(Point, bytes, options)).toThrow(
      expect.objectContaining({ code: 'message_invalid' }),
    )
  })

  it('names the field at fault', () => {
    const bytes = encodeCanonical({ x: 1.5, label: 'a' })
    expect(() => decodeMessage(Point, bytes, options)).toThrow(
      expect.objectContaining({ code: 'message_invalid', facts: { field: 'x' } }),
    )
  })

  it('refuses input over its size before parsing it', () => {
    expect(() => decodeMessage(Point, new Uint8Array(65), options)).toThrow(
      expect.objectContaining({ code: 'message_too_large' }),
    )
  })

  it('throws nothing but a ReverieError on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeCanonical(Point, bytes, options)
        } catch (error) {
          expect(isReverieError(error)).toBe(true)
        }
      }),
    )
  })
})
