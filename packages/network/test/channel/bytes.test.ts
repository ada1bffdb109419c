import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createByteQueue } from '../../src/channel/byte-queue.ts'
import { addVarintByte, encodeVarint, isLastVarintByte } from '../../src/channel/varint.ts'

describe('a byte queue', () => {
  it('gives back what went in, in order, however it was cut', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 30 })
    const cuts = fc.array(fc.nat(9_000), { maxLength: 60 })
    fc.assert(
      fc.property(chunks, cuts, fc.nat(100_000), (pushed, takes, expected) => {
        const queue = createByteQueue()
        for (const chunk of pushed) queue.push(chunk, expected)
        const out: Uint8Array[] = []
        for (const count of takes) out.push(queue.take(Math.min(count, queue.length)))
        out.push(queue.take(queue.length))
        expect(Buffer.concat(out).equals(Buffer.concat(pushed))).toBe(true)
        expect(queue.length).toBe(0)
      }),
    )
  })

  it('hands large pieces over for good: later bytes do not change them', () => {
    const queue = createByteQueue()
    queue.push(new Uint8Array(100_000).fill(1), 0)
    queue.push(Uint8Array.of(2, 3), 0)
    const piece = queue.take(100_000)
    queue.push(new Uint8Array(200_000).fill(9), 0)
    expect(piece.every((byte) => byte === 1)).toBe(true)
    expect(queue.at(1)).toBe(3)
  })

  it('grows little past what it was told to expect', () => {
    const queue = createByteQueue()
    for (let pushed = 0; pushed < 300_000; pushed += 1_000)
      queue.push(new Uint8Array(1_000), 300_000)
    expect(queue.take(300_000).buffer.byteLength).toBeLessThanOrEqual(301_000)
  })
})

describe('a length prefix', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 28 - 1), (value) => {
        const bytes = [...encodeVarint(value)]
        expect(bytes.length).toBeLessThanOrEqual(4)
        expect(bytes.reduce(addVarintByte, 0)).toBe(value)
        expect(bytes.map(isLastVarintByte)).toEqual(bytes.map((_, i) => i === bytes.length - 1))
      }),
    )
  })
})
