import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cleanInto, inputScale } from '../../src/schedules/prediction.ts'

const value = fc.double({ min: -10, max: 10, noNaN: true })
const sigmas = fc.double({ min: 0.01, max: 20, noNaN: true })

const cleanOf = (type: Parameters<typeof cleanInto>[1], x: number, said: number, sigma: number) => {
  const target = new Float64Array(1)
  cleanInto(target, type, [x], [said], sigma)
  return target[0]
}

it('finds the clean latents in whatever a perfect model says of them', () => {
  fc.assert(
    fc.property(value, value, sigmas, (clean, noise, sigma) => {
      const x = clean + sigma * noise
      const signal = 1 / Math.sqrt(1 + sigma ** 2)
      // The velocity of a variance preserving state: alpha * noise - sigma * clean.
      const velocity = signal * noise - sigma * signal * clean
      expect(cleanOf('epsilon', x, noise, sigma)).toBeCloseTo(clean, 9)
      expect(cleanOf('v_prediction', x, velocity, sigma)).toBeCloseTo(clean, 9)
      expect(cleanOf('sample', x, clean, sigma)).toBeCloseTo(clean, 9)
      const share = sigma / 20
      const flowing = (1 - share) * clean + share * noise
      expect(cleanOf('flow', flowing, noise - clean, share)).toBeCloseTo(clean, 9)
    }),
  )
})

it('may be written over the prediction', () => {
  const both = Float64Array.of(2)
  cleanInto(both, 'epsilon', [5], both, 1.5)
  expect(both[0]).toBe(2)
})

it('scales what a model sees to variance 1, a flow model sees its latents as they are', () => {
  expect(inputScale('epsilon', 3) ** 2 * (1 + 3 ** 2)).toBeCloseTo(1, 12)
  expect(inputScale('flow', 0.5)).toBe(1)
})
