import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { canonicalSeed, MAX_SEED, randomSeed, Seed, SeedInput, seedOfImage } from '../src/index.ts'

const seeds = fc.bigInt({ min: 0n, max: MAX_SEED })

describe('seeds', () => {
  it('keep every digit up to 2^64 - 1', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(z.parse(Seed, canonicalSeed(z.parse(SeedInput, seed.toString())))).toBe(
          seed.toString(),
        )
      }),
    )
  })

  it.each([-1, 1.5, 2 ** 53, '-1', '', 'x', '18446744073709551616', '1e3', ' 1'])(
    'refuse %j',
    (seed) => {
      expect(z.safeParse(SeedInput, seed).success).toBe(false)
    },
  )

  it('drop leading zeros in canonical form', () => {
    expect(canonicalSeed('007')).toBe('7')
    expect(z.safeParse(Seed, '007').success).toBe(false)
  })

  it('wrap at 2^64 for the images of a render', () => {
    expect(seedOfImage(MAX_SEED.toString(), 1)).toBe('0')
    expect(seedOfImage('41', 1)).toBe('42')
  })

  it('are drawn in the range that torch reads', () => {
    for (let i = 0; i < 50; i += 1) {
      expect(BigInt(randomSeed())).toBeLessThan(2n ** 32n)
    }
  })
})
