import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { symmetricBetaQuantile } from '../../src/schedules/beta-quantile.ts'
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
    const linear = createNoiseTable({
      beta_schedule: 'linear',
      beta_start: 0.1,
      beta_end: 0.3,
      num_train_timesteps: 3,
    })
    const expected = [0.9, 0.9 * 0.8, 0.9 * 0.8 * 0.7]
    for (const [i, alpha] of expected.entries()) expect(linear.alphas[i]).toBeCloseTo(alpha, 12)
  })

  it('takes the betas of the config where it has some', () => {
    const betas = Array.from({ length: 600 }, (_, i) => 0.001 + i / 100_000)
    const config = SchedulerConfig.parse({ trained_betas: betas, num_train_timesteps: 600 })
    const { alphas, length } = createNoiseTable(config)
    expect(length).toBe(600)
    expect(alphas[1]).toBeCloseTo((1 - 0.001) * (1 - 0.00101), 12)
  })

  it('ends at no signal where the config asks for it, and keeps its first level', () => {
    const { alphas, sigmaMax } = createNoiseTable(
      SchedulerConfig.parse({ rescale_betas_zero_snr: true }),
    )
    // diffusers' figures, float32.
    const expected = { 0: 0.9991499781608582, 1: 0.9982334971427917, 500: 0.2410186380147934 }
    for (const [timestep, alpha] of Object.entries(expected)) {
      expect(alphas[Number(timestep)]).toBeCloseTo(alpha, 5)
    }
    expect((alphas[998] ?? 0) / 1.9679633567193378e-7).toBeCloseTo(1, 2)
    expect(sigmaMax).toBeCloseTo(4096, 0)
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

describe.each(Object.entries(SCHEDULE_FUNCTIONS))('the %s schedule', (name, schedule) => {
  it('falls from near the largest sigma to near the smallest and then 0, at any number of steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 501 }), (steps) => {
        const sigmas = schedule(table, steps)
        expect(sigmas).toHaveLength(steps + 1)
        expect(sigmas.at(-1)).toBe(0)
        expect(sigmas[0]).toBeLessThanOrEqual(14.615)
        // DDIM's strides leave out as much at the top as they do not divide.
        if (name !== 'ddim_uniform') expect(sigmas[0]).toBeCloseTo(table.sigmaMax, 3)
        expect(sigmas.at(-2)).toBeGreaterThan(0.0289)
        expect(sigmas.every((sigma, i) => i === 0 || sigma < (sigmas[i - 1] ?? 0))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })
})

/** Five steps by the formulas of AUTOMATIC1111 and k-diffusion, computed with numpy and scipy. */
it.each([
  ['normal', [14.614641229, 4.086081071, 1.61558026, 0.695149519, 0.029167158]],
  ['karras', [14.614641229, 4.796534827, 1.274100209, 0.247949903, 0.029167158]],
  ['exponential', [14.614641229, 3.08897681, 0.652891685, 0.137996359, 0.029167158]],
  ['sgm_uniform', [14.614641229, 5.092407591, 2.279730295, 1.162864534, 0.571188867]],
  ['simple', [14.614641229, 5.087763183, 2.276463066, 1.160578322, 0.569284888]],
  ['ddim_uniform', [5.134431118, 2.292853822, 1.168215955, 0.574050259, 0.041314412]],
  ['beta', [14.614641229, 12.052259622, 7.321904194, 2.591548766, 0.029167158]],
  ['ays', [14.615, 3.226936163, 1.396, 0.510047057, 0.029]],
] as const)('%s has the levels of the original', (name, expected) => {
  const sigmas = SCHEDULE_FUNCTIONS[name](table, 5)
  for (const [i, sigma] of expected.entries()) expect(sigmas[i]).toBeCloseTo(sigma, 8)
})

it('aligns the steps of SDXL to levels of their own', () => {
  const expected = [14.615, 1.855045711, 0.431141729, 0.029, 0]
  const sigmas = SCHEDULE_FUNCTIONS.ays(table, 4, 'sdxl')
  for (const [i, sigma] of expected.entries()) expect(sigmas[i]).toBeCloseTo(sigma, 8)
  expect(SCHEDULE_FUNCTIONS.ays(table, 4, 'sd2')).toEqual(SCHEDULE_FUNCTIONS.ays(table, 4))
})

describe('the quantile of a symmetric beta distribution', () => {
  it.each([
    [0, 0],
    [1e-3, 1.855873851745199e-5],
    [0.05, 0.012554456873611399],
    [0.25, 0.17568037865269498],
    [0.5, 0.5],
    [0.8, 0.8770782495416671],
    [0.999, 0.9999814412614826],
    [1, 1],
  ])('of %f is what scipy says', (share, expected) => {
    expect(symmetricBetaQuantile(share, 0.6)).toBeCloseTo(expected, 12)
  })

  it('of the flat one is the share itself', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        expect(symmetricBetaQuantile(share, 1)).toBeCloseTo(share, 12)
      }),
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
    { prediction_type: 'x0' },
    { trained_betas: [0.1] },
    { trained_betas: Array.from({ length: 1000 }, () => 2) },
    { thresholding: true },
    { clip_sample: true },
    { use_dynamic_shifting: true },
    { num_train_timesteps: 0 },
    { num_train_timesteps: 100 },
  ])('that we cannot follow is refused, not ignored: %o', (config) => {
    expect(SchedulerConfig.safeParse(config).success).toBe(false)
  })

  it('of a flow matching scheduler predicts a flow, though it does not say so', () => {
    const config = { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3, thresholding: null }
    expect(SchedulerConfig.parse(config).prediction_type).toBe('flow')
  })

  it.each(['PNDMScheduler', 'EulerDiscreteScheduler', undefined])(
    'of %s predicts noise unless it says otherwise',
    (_class_name) => {
      expect(SchedulerConfig.parse({ _class_name }).prediction_type).toBe('epsilon')
    },
  )
})
