import { createSeededRandom } from '@reverie/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('createSeededRandom', () => {
  it('repeats itself for one seed and differs for another', () => {
    const draw = (seed: number) => createSeededRandom(seed).bytes(16)
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it('stays within any range, both ends included', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -50, max: 50 }), fc.nat(3), (seed, min, span) => {
        const random = createSeededRandom(seed)
        const seen = new Set(Array.from({ length: 200 }, () => random.int(min, min + span)))
        expect([...seen].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: span + 1 }, (_, i) => min + i),
        )
      }),
    )
  })

  it('has nothing to pick from an empty list', () => {
    expect(() => createSeededRandom(1).pick([])).toThrow(RangeError)
  })
})
