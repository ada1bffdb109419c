import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGenerator } from '../../src/noise/create-generator.ts'
import { slerp } from '../../src/noise/slerp.ts'
import { createTorchGenerator } from '../../src/noise/torch-generator.ts'
import { varyNoise } from '../../src/noise/vary-noise.ts'

const shape = { channels: 2, height: 3, width: 4 }
const noiseOf = (seed: string) => createTorchGenerator(seed).randn(24)

/** AUTOMATIC1111's slerp in torch, 0.3 of the way from seed 7 to seed 8. */
const REFERENCE = [
  -1.429462, 0.788223, 1.63323, -1.13185, 0.032581, 0.600056, 0.347625, -0.611584, 0.101487,
  -1.059365, -0.20765, 1.350296, -1.368843, 0.301261, -1.973411, 0.120233, -0.61497, -0.643444,
  -2.54982, -0.421272, 0.941934, -0.345566, 2.565038, 1.331741,
]

describe('slerp', () => {
  it('goes where AUTOMATIC1111 goes', () => {
    const mixed = slerp(noiseOf('7'), noiseOf('8'), 0.3, shape)
    for (const [i, value] of REFERENCE.entries()) expect(mixed[i]).toBeCloseTo(value, 5)
  })

  it('begins at one noise and ends at the other', () => {
    const [from, to] = [noiseOf('1'), noiseOf('2')]
    for (const [share, end] of [
      [0, from],
      [1, to],
    ] as const) {
      const mixed = slerp(from, to, share, shape)
      for (const [i, value] of end.entries()) expect(mixed[i]).toBeCloseTo(value, 5)
    }
  })

  it('keeps the noise as strong on the way', () => {
    const large = { channels: 4, height: 32, width: 32 }
    const draw = (seed: string) => createTorchGenerator(seed).randn(4096)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const mixed = slerp(draw('1'), draw('2'), share, large)
        const power = mixed.reduce((sum, value) => sum + value ** 2, 0) / mixed.length
        expect(power).toBeGreaterThan(0.9)
        expect(power).toBeLessThan(1.1)
      }),
      { numRuns: 20 },
    )
  })

  it('stays finite between equal and opposite noises', () => {
    const from = noiseOf('3')
    for (const to of [from, from.map((value) => -value)]) {
      expect(slerp(from, to, 0.5, shape).every(Number.isFinite)).toBe(true)
    }
    expect(slerp(from, from, 0.5, shape)).toEqual(from)
  })
})

describe('the noise of a variation', () => {
  const own = noiseOf('7')

  it('is the first draw of the seed itself without one, or at strength 0', () => {
    expect(varyNoise(own, { rng: 'torch-cpu' }, shape)).toBe(own)
    const variation = { seed: '8', strength: 0 }
    expect(varyNoise(own, { rng: 'torch-cpu', variation }, shape)).toBe(own)
  })

  it.each(['torch-cpu', 'philox'] as const)('comes from the same kind of generator: %s', (rng) => {
    const variation = { seed: '8', strength: 1 }
    const varied = varyNoise(own, { rng, variation }, shape)
    for (const [i, value] of createGenerator(rng, '8').randn(24).entries()) {
      expect(varied[i]).toBeCloseTo(value, 5)
    }
  })
})
