import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTorchGenerator } from '../../src/noise/torch-generator.ts'

const draw = (seed: string, ...counts: number[]) => {
  const generator = createTorchGenerator(seed)
  return counts.map((count) => Array.from(generator.randn(count)))
}

it('draws what torch draws below 16 values, to the last float32 digit', () => {
  const expected = [1.5409961, -0.2934289, -2.1787894, 0.5684313].map(Math.fround)
  expect(draw('0', 4)[0]?.map((value) => Number(value.toFixed(7)))).toEqual(
    expected.map((value) => Number(value.toFixed(7))),
  )
})

it('draws what torch draws from 16 values on', () => {
  const expected = [-1.1258398, -1.1523602, -0.2505786, -0.4338788, 0.8487104, 0.6920092]
  const values = draw('0', 16)[0] ?? []
  for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 6)
})

it('keeps the spare of an odd small draw for the next small draw, past a large one', () => {
  const [three, large, one] = draw('1234', 3, 64, 1)
  const [fourInOne] = draw('1234', 4)
  expect(three).toEqual(fourInOne?.slice(0, 3))
  expect(one).toEqual(fourInOne?.slice(3))
  expect(large).toHaveLength(64)
})

it('counts only the low 32 bits of the seed', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.integer({ min: 1, max: 40 }), (seed, count) => {
      const low = seed & 0xffff_ffffn
      expect(draw(seed.toString(), count)).toEqual(draw(low.toString(), count))
    }),
    { numRuns: 30 },
  )
})

it('is finite with mean 0 and variance 1 for any seed and size', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 5_000, max: 6_000 }), (seed, count) => {
      const values = createTorchGenerator(String(seed)).randn(count)
      const mean = values.reduce((sum, value) => sum + value, 0) / count
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
      expect(Math.abs(mean)).toBeLessThan(0.1)
      expect(Math.abs(variance - 1)).toBeLessThan(0.15)
    }),
    { numRuns: 20 },
  )
})
