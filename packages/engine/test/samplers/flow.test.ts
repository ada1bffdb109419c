import { isReverieError, Sampler } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { planSampler } from '../../src/samplers/plan-sampler.ts'
import { createNoiseTable } from '../../src/schedules/noise-table.ts'
import { SchedulerConfig } from '../../src/schedules/scheduler-config.ts'
import { knowing, runPlan } from './run-plan.ts'

const config = SchedulerConfig.parse({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 })
const table = createNoiseTable(config)

describe('a flow model', () => {
  it('is run on the levels and told the timesteps of FlowMatchEulerDiscreteScheduler', () => {
    const { levels } = planSampler(
      { sampler: 'euler', schedule: 'normal', steps: 6 },
      table,
      config,
    )
    const expected = [
      1, 0.9233425259590149, 0.8189233541488647, 0.6683266758918762, 0.4322250783443451,
      0.008928571827709675,
    ]
    for (const [i, { from }] of levels.entries()) {
      expect(from).toBeCloseTo(expected[i] ?? Number.NaN, 6)
      expect(table.timestepAt(from)).toBeCloseTo(1000 * (expected[i] ?? Number.NaN), 3)
    }
    expect(levels.at(-1)?.to).toBe(0)
  })

  it('starts from plain noise, or from a picture mixed with it', () => {
    const choice = { sampler: 'euler', schedule: 'simple', steps: 10 } as const
    expect(planSampler(choice, table, config).initialScale).toBe(1)
    const plan = planSampler({ ...choice, strength: 0.5 }, table, config)
    const sigma = plan.levels[0]?.from ?? 0
    expect(plan.space).toBe('flow')
    expect(plan.start([2], [4])[0]).toBeCloseTo(2 + sigma * 2, 12)
  })

  it.each(['euler', 'heun', 'lms', 'dpm_2', 'dpmpp_2m'] as const)(
    'that knows the picture draws it with %s',
    async (sampler) => {
      const plan = planSampler({ sampler, schedule: 'sgm_uniform', steps: 12 }, table, config)
      const { final } = await runPlan(plan, knowing(Math.cos))
      for (const [i, value] of final.entries()) expect(value).toBeCloseTo(Math.cos(i), 9)
    },
  )

  it('refuses every sampler and schedule that is not made for it, naming those that are', () => {
    const refused = Sampler.options.filter((sampler) => {
      try {
        planSampler({ sampler, schedule: 'normal', steps: 4 }, table, config)
        return false
      } catch (error) {
        expect(isReverieError(error) && error.code).toBe('unsupported_by_model')
        return true
      }
    })
    expect(refused).toContain('euler_ancestral')
    expect(refused).not.toContain('euler')
    expect(() =>
      planSampler({ sampler: 'euler', schedule: 'ays', steps: 4 }, table, config),
    ).toThrow('Choose another, such as normal.')
  })
})
