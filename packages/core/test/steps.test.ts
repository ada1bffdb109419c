import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  jobModelCalls,
  modelCalls,
  Sampler,
  sampledSteps,
  scheduledSteps,
  trajectoryLength,
} from '../src/index.ts'

const samplers = fc.constantFrom(...Sampler.options)
const steps = fc.integer({ min: 1, max: 500 })
const strengths = fc.double({ min: 0.01, max: 1, noNaN: true })

describe('steps of a run from a picture', () => {
  it.each([
    [20, 0.75, 16],
    [20, 0.5, 11],
    [20, 1, 20],
    [20, 0.999, 20],
    [20, 0.01, 1],
    [1, 0.5, 1],
    [1, 1, 1],
    [500, 1, 500],
    [30, 0.3, 10],
  ])(
    'of %i at strength %f are counted as AUTOMATIC1111 counts: %i',
    (asked, strength, expected) => {
      expect(scheduledSteps(asked, strength)).toBe(expected)
      expect(sampledSteps('euler', asked, strength)).toBe(expected)
    },
  )

  it('are never none and never more than without one', () => {
    fc.assert(
      fc.property(samplers, steps, strengths, (sampler, asked, strength) => {
        const made = sampledSteps(sampler, asked, strength)
        expect(made).toBeGreaterThanOrEqual(1)
        expect(made).toBeLessThanOrEqual(sampledSteps(sampler, asked))
      }),
    )
  })
})

describe('model calls', () => {
  it.each([
    ['euler', 20, 20],
    ['heun', 20, 39],
    ['dpm_2', 1, 1],
    ['dpmpp_sde', 10, 19],
    ['plms', 20, 21],
    ['plms', 1, 1],
    ['lcm', 4, 4],
  ] as const)('of %s in %i steps are %i', (sampler, asked, expected) => {
    expect(modelCalls(sampler, asked)).toBe(expected)
  })

  it('of a job are those of both passes, and its latents one more than its steps in each', () => {
    const job = { sampler: 'heun', steps: 20, init: undefined, hires: undefined } as const
    expect(jobModelCalls(job)).toBe(39)
    expect(trajectoryLength(job)).toBe(21)
    const hires = { scale: 2, upscaler: 'latent', strength: 0.5 } as const
    // The second pass makes all of 20 steps, or of its own 10, whatever its strength.
    expect(jobModelCalls({ ...job, hires })).toBe(39 + 39)
    expect(trajectoryLength({ ...job, hires })).toBe(21 + 21)
    expect(jobModelCalls({ ...job, hires: { ...hires, steps: 10 } })).toBe(39 + 19)
  })
})
