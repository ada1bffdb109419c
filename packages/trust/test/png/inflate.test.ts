import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inflateZlib } from '../../src/png/inflate.ts'

const unreadable = expect.objectContaining({ code: 'file_unreadable' })
describe('inflating', () => {
  it('gives back what zlib packed, by every strategy', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3_000 }),
        fc.constantFrom(0, 1, 6, 9),
        fc.constantFrom(0, 1, 2, 3, 4),
        fc.nat(20),
        (bytes, level, strategy, repeats) => {
          const data = Buffer.concat(Array.from({ length: repeats + 1 }, () => bytes))
          const packed = deflateSync(data, { level, strategy })
          expect(Buffer.compare(inflateZlib(packed, data.length), data)).toBe(0)
        },
      ),
    )
  })

  it('stops at the byte that is one too many', () => {
    const packed = deflateSync(new Uint8Array(5_000))
    expect(inflateZlib(packed, 5_000)).toHaveLength(5_000)
    expect(() => inflateZlib(packed, 4_999)).toThrow(unreadable)
  })

  it('reads any bytes as zlib does, or refuses them with a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const bytes = Uint8Array.of(0x78, 0x9c, ...noise)
        let inflated: Uint8Array
        try {
          inflated = inflateZlib(bytes, 10_000)
        } catch (error) {
          expect(error).toEqual(unreadable)
          return
        }
        expect(Buffer.compare(inflated, inflateSync(bytes))).toBe(0)
      }),
    )
  })
})
