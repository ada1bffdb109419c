import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNoiseTable } from '../../src/schedules/noise-table.ts'
import { SchedulerConfig } from '../../src/schedules/scheduler-config.ts'
import { SCHEDULE_FUNCTIONS } from '../../src/schedules/schedules.ts'
import { spacedTimesteps } from '../../src/schedules/timesteps.ts'

const table = createNoiseTable(SchedulerConfig.parse({}))

describe('the noise table', () => {
  it("has Stable Diffusion's figures", () => {
    expect(table.alphas[0]).toBeCloseTo(0.99914998, 7)
    expect(table.alphas[999]).toBeCloseTo(0.0046601, 6)
    expect(table.sigmaMin).toBeCloseTo(0.0291672, 6)
    expect(table.sigmaMax).toBeCloseTo(14.6146412, 6)
  })

  it('spaces linear betas evenly', () => {
    const linear = createNoiseTable(
      SchedulerConfig.parse({
        beta_schedule: 'linear',
        beta_start: 0.1,
        beta_end: 0.3,
        num_train_timesteps: 3,
      }),
    )
    const expected = [0.9, 0.9 * 0.8, 0.9 * 0.8 * 0.7]
    for (const [i, alpha] of expected.entries()) expect(linear.alphas[i]).toBeCloseTo(alpha, 12)
  })

  it('finds the timestep of any sigma again', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 999, noNaN: true }), (timestep) => {
        expect(table.timestepAt(table.sigmaAt(timestep))).toBeCloseTo(timestep, 6)
      }),
    )
  })

  it('holds its ends for what lies outside', () => {
    expect(table.timestepAt(1e-9)).toBe(0)
    expect(table.timestepAt(1e9)).toBe(999)
    expect(table.sigmaAt(-5)).toBe(table.sigmaMin)
  })
})

describe.each(Object.entries(SCHEDULE_FUNCTIONS))('the %s schedule', (_, schedule) => {
  it('falls from the largest sigma to the smallest and then 0, at any number of steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (steps) => {
        const sigmas = schedule(table, steps)
        expect(sigmas).toHaveLength(steps + 1)
        expect(sigmas[0]).toBeCloseTo(table.sigmaMax, 9)
        expect(sigmas.at(-1)).toBe(0)
        if (steps > 1) expect(sigmas.at(-2)).toBeCloseTo(table.sigmaMin, 9)
        expect(sigmas.every((sigma, i) => i === 0 || sigma < (sigmas[i - 1] ?? 0))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })
})

describe('timesteps', () => {
  it.each([
    ['leading', 1, [951, 901, 51, 1]],
    ['trailing', 0, [999, 949, 99, 49]],
    ['linspace', 0, [999, 946, 53, 0]],
  ] as const)('of 20 steps with %s spacing are as in diffusers', (spacing, offset, expected) => {
    const config = SchedulerConfig.parse({ timestep_spacing: spacing, steps_offset: offset })
    const timesteps = spacedTimesteps(config, 20)
    expect([...timesteps.slice(0, 2), ...timesteps.slice(-2)]).toEqual(expected)
  })

  it('stay inside the training range at any number of steps', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.constantFrom('leading', 'trailing', 'linspace'),
        fc.integer({ min: 0, max: 3 }),
        (steps, timestep_spacing, steps_offset) => {
          const config = SchedulerConfig.parse({ timestep_spacing, steps_offset })
          const timesteps = spacedTimesteps(config, steps)
          expect(timesteps).toHaveLength(steps)
          expect(timesteps.every((t) => Number.isInteger(t) && t >= 0 && t <= 999)).toBe(true)
        },
      ),
    )
  })
})

describe('a scheduler config', () => {
  it.each([
    { beta_schedule: 'squaredcos_cap_v2' },
    { prediction_type: 'sample' },
    { trained_betas: [0.1] },
    { rescale_betas_zero_snr: true },
    { thresholding: true },
    { num_train_timesteps: 0 },
  ])('that we cannot follow is refused, not ignored: %o', (config) => {
    expect(SchedulerConfig.safeParse(config).success).toBe(false)
  })
})
