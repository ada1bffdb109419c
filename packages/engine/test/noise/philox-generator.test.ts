import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGenerator } from '../../src/noise/create-generator.ts'
import { createPhiloxGenerator } from '../../src/noise/philox-generator.ts'
import { createTorchGenerator } from '../../src/noise/torch-generator.ts'

const near = (values: Float32Array | undefined, expected: readonly number[]) => {
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((values?.[i] ?? Number.NaN) - value)).toBeLessThan(3e-7)
  }
}

it('draws what AUTOMATIC1111 documents for seed 0', () => {
  near(
    createPhiloxGenerator('0').randn(12),
    [
      -0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122,
      -0.32838709, -1.07454231, -0.36314407, -1.67105067, 2.26550497,
    ],
  )
})

it('takes all 64 bits of the seed, and counts draws', () => {
  const generator = createPhiloxGenerator(0xdead_beef_1234_5678n.toString())
  generator.randn(1000)
  // The second draw, by the published algorithm in Python's whole numbers.
  near(
    generator.randn(4),
    [-1.676681637763977, -1.3147531747817993, -0.4412308633327484, -1.433324933052063],
  )
})

it('is finite, of mean 0 and variance 1, and each value depends on its place only', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (seed) => {
      const values = createPhiloxGenerator(seed.toString()).randn(6_000)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length
      expect(Math.abs(mean)).toBeLessThan(0.1)
      expect(Math.abs(variance - 1)).toBeLessThan(0.15)
      expect(createPhiloxGenerator(seed.toString()).randn(10)).toEqual(values.slice(0, 10))
    }),
    { numRuns: 20 },
  )
})

it('is chosen by the name of the kind', () => {
  const [torch, philox] = [createGenerator('torch-cpu', '5'), createGenerator('philox', '5')]
  expect(torch.randn(20)).toEqual(createTorchGenerator('5').randn(20))
  expect(philox.randn(20)).toEqual(createPhiloxGenerator('5').randn(20))
})
