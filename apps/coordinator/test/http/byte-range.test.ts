import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseByteRange } from '../../src/http/byte-range.ts'

describe('parseByteRange', () => {
  it('never gives an empty range or one outside the file, whatever is asked', () => {
    const bound = fc.oneof(fc.constant(''), fc.nat().map(String), fc.bigInt().map(String))
    fc.assert(
      fc.property(bound, bound, fc.integer({ min: 1, max: 1000 }), (first, last, size) => {
        const range = parseByteRange(`bytes=${first}-${last}`, size)
        if (range === undefined || range === 'unsatisfiable') return
        expect(range.start).toBeGreaterThanOrEqual(0)
        expect(range.start).toBeLessThan(range.end)
        expect(range.end).toBeLessThanOrEqual(size)
      }),
    )
  })

  it('takes the absence of a header for the whole file', () => {
    expect(parseByteRange(undefined, 10)).toBeUndefined()
  })
})
