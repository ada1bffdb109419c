import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { huffman } from '../../src/png/huffman.ts'
import { inflateZlib } from '../../src/png/inflate.ts'

const unreadable = expect.objectContaining({ code: 'file_unreadable' })
const EMPTY_BLOCK = [0, 0, 0, 255, 255]
const stream = (blocks: number) =>
  Uint8Array.from([
    ...[0x78, 0x01],
    ...Array.from({ length: blocks - 1 }, () => EMPTY_BLOCK).flat(),
    ...[1, 0, 0, 255, 255],
    ...[0, 0, 0, 1],
  ])

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

  it('takes many blocks, but not a flood of empty ones', () => {
    expect(inflateZlib(stream(1_000), 10)).toHaveLength(0)
    expect(() => inflateZlib(stream(2_000), 10)).toThrow(/more than 1024 blocks/)
  })

  it('refuses a code that gives one meaning to two symbols', () => {
    expect(() => huffman([1, 1, 1])).toThrow(unreadable)
    expect(() => huffman([1, 2, 2])).not.toThrow()
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
