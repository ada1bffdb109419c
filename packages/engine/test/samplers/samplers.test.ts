import { hiresSchedule, modelCalls, Sampler, Schedule, sampledSteps } from '@reverie/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTorchGenerator } from '../../src/noise/torch-generator.ts'
import { ancestralSplit } from '../../src/samplers/ancestral-split.ts'
import { planSampler } from '../../src/samplers/plan-sampler.ts'
import { createNoiseTable } from '../../src/schedules/noise-table.ts'
import { SchedulerConfig } from '../../src/schedules/scheduler-config.ts'
import { bending, knowing, runPlan } from './run-plan.ts'

const config = SchedulerConfig.parse({ steps_offset: 1, set_alpha_to_one: false })
const table = createNoiseTable(config)

const every = Sampler.options.flatMap((sampler) =>
  Schedule.options.map((schedule) => [sampler, schedule] as const),
)
/** These end at the last training timestep of this config, a little noise short of the end. */
const ENDS_EARLY: readonly Sampler[] = ['ddim', 'plms']

describe.each(every)('%s with the %s schedule', (sampler, schedule) => {
  it('makes the steps and the model calls that core counts, whole and from a picture', async () => {
    for (const steps of [1, 2, 3, 7]) {
      for (const strength of [undefined, 0.01, 0.5, 1]) {
        const plan = planSampler({ sampler, schedule, steps, strength }, table, config)
        const { calls, states } = await runPlan(plan, bending)
        expect(states).toHaveLength(sampledSteps(sampler, steps, strength) + 1)
        expect(plan.levels).toHaveLength(plan.steps)
        expect(calls).toBe(modelCalls(sampler, steps, strength))
      }
    }
  })

  it('makes every step asked for in a hires pass, beginning at a level that its strength decides', async () => {
    const begins = [0.9, 0.5, 0.1].map((strength) => {
      const choice = { sampler, schedule, ...hiresSchedule(4, strength) }
      const plan = planSampler(choice, table, config)
      expect(plan.steps).toBe(sampledSteps(sampler, 4))
      expect(plan.modelCalls).toBe(modelCalls(sampler, 4))
      return plan.levels[0]?.from ?? 0
    })
    expect(begins.toSorted((a, b) => b - a)).toEqual(begins)
    expect(begins[2]).toBeLessThan(begins[0] ?? 0)
    const longest = planSampler({ sampler, schedule, ...hiresSchedule(500, 0.01) }, table, config)
    expect(longest.steps).toBe(sampledSteps(sampler, 500))
  })

  it('ends at the picture when the model knows it from the start', async () => {
    const plan = planSampler({ sampler, schedule, steps: 30 }, table, config)
    const { final } = await runPlan(plan, knowing(Math.sin))
    const left = ENDS_EARLY.includes(sampler) ? 0.15 : 1e-4
    for (const [i, value] of final.entries()) {
      expect(Math.abs(value - Math.sin(i))).toBeLessThan(left)
    }
  })

  it('runs each step again from recorded states, as long as it has the history it names', async () => {
    const plan = planSampler({ sampler, schedule, steps: 8 }, table, config)
    const { states, draws } = await runPlan(plan, bending)
    for (let step = 0; step < plan.steps; step++) {
      const from = Math.max(0, step - plan.history)
      const generator = createTorchGenerator('1')
      const noise = () => generator.randn(32)
      // The stream stands where step `from` began: after the first state's noise and the draws before it.
      for (let i = 0; i <= (draws[from] ?? 0); i++) noise()
      const x = Float64Array.from(states[from] ?? [])
      let at = from
      for await (const state of plan.run({ x, denoise: bending, noise }, from)) {
        if (at === step) expect(largest(state, states[step + 1] ?? x)).toBeLessThan(1e-9)
        if (at++ === step) break
        state.set(states[at] ?? [])
      }
    }
  })

  it('starts the next step from what its caller wrote into the state', async () => {
    const plan = planSampler({ sampler, schedule, steps: 3 }, table, config)
    const seen: number[] = []
    const denoise = async (state: Float64Array) => {
      seen.push(state[0] ?? Number.NaN)
      return new Float64Array(state.length)
    }
    const noise = () => new Float32Array(4)
    const firstOfStep: number[] = []
    for await (const state of plan.run({ x: new Float64Array(4).fill(1), denoise, noise })) {
      firstOfStep.push(seen.splice(0)[0] ?? Number.NaN)
      state.fill(0)
    }
    expect(firstOfStep[0]).toBeGreaterThan(0)
    expect(firstOfStep.slice(1).every((value) => value === 0)).toBe(true)
  })
})

const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))))

describe('any plan', () => {
  it('is as long and as dear as core says, and falls to its end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...every),
        fc.integer({ min: 1, max: 500 }),
        fc.option(fc.double({ min: 0.01, max: 1, noNaN: true }), { nil: undefined }),
        ([sampler, schedule], steps, strength) => {
          const plan = planSampler({ sampler, schedule, steps, strength }, table, config)
          expect(plan.steps).toBe(sampledSteps(sampler, steps, strength))
          expect(plan.modelCalls).toBe(modelCalls(sampler, steps, strength))
          for (const { from, to } of plan.levels) {
            expect(from).toBeGreaterThanOrEqual(to)
            expect(from).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('from a picture is the last part of the whole one', () => {
    for (const sampler of Sampler.options.filter((each) => each !== 'plms')) {
      const choice = { sampler, schedule: 'karras', steps: 20 } as const
      const whole = planSampler(choice, table, config)
      const part = planSampler({ ...choice, strength: 0.5 }, table, config)
      expect(part.levels).toEqual(whole.levels.slice(-11))
    }
  })

  it('starts a picture at the noise level of its first step', () => {
    const latents = [2, -1]
    const noise = [1, 1]
    const euler = planSampler(
      { sampler: 'euler', schedule: 'karras', steps: 20, strength: 0.5 },
      table,
      config,
    )
    const sigma = euler.levels[0]?.from ?? 0
    expect([...euler.start(latents, noise)]).toEqual([2 + sigma, -1 + sigma])
    const ddim = planSampler(
      { sampler: 'ddim', schedule: 'karras', steps: 20, strength: 0.5 },
      table,
      config,
    )
    // Eleven of 951, 901, ... remain: 501 is the first.
    const alpha = table.alphas[501] ?? 0
    const started = ddim.start(latents, noise)
    expect(started[0]).toBeCloseTo(Math.sqrt(alpha) * 2 + Math.sqrt(1 - alpha), 12)
    expect(started[1]).toBeCloseTo(-Math.sqrt(alpha) + Math.sqrt(1 - alpha), 12)
  })
})

describe('AUTOMATIC1111 leaves the next to last level out', () => {
  it.each(['dpm_2', 'dpm_2_ancestral', 'dpmpp_3m_sde'] as const)('for %s', (sampler) => {
    const choice = { schedule: 'karras', steps: 10 } as const
    const eleven = planSampler({ ...choice, sampler: 'euler', steps: 11 }, table, config)
    const { levels } = planSampler({ ...choice, sampler }, table, config)
    expect(levels.map(({ from }) => from)).toEqual(
      eleven.levels.slice(0, 10).map(({ from }) => from),
    )
    expect(levels.at(-1)?.to).toBe(0)
  })
})

describe('eta', () => {
  it.each([
    'euler_ancestral',
    'dpm_2_ancestral',
    'dpmpp_2s_ancestral',
    'dpmpp_sde',
    'dpmpp_2m_sde',
    'dpmpp_3m_sde',
    'ddim',
  ] as const)('0 draws nothing and 1 draws fresh noise: %s', async (sampler) => {
    const choice = { sampler, schedule: 'karras', steps: 6 } as const
    const drawn = async (eta: number) => {
      const { draws } = await runPlan(planSampler({ ...choice, eta }, table, config), bending)
      return draws.at(-1)
    }
    expect(await drawn(0)).toBe(0)
    expect(await drawn(1)).toBeGreaterThanOrEqual(5)
  })

  it('makes deterministic samplers of ancestral ones', async () => {
    const choice = { schedule: 'normal', steps: 6 } as const
    const ancestral = planSampler({ ...choice, sampler: 'euler_ancestral', eta: 0 }, table, config)
    const euler = planSampler({ ...choice, sampler: 'euler' }, table, config)
    const [a, b] = [await runPlan(ancestral, bending), await runPlan(euler, bending)]
    expect(largest(a.final, b.final)).toBeLessThan(1e-12)
  })

  it('splits an ancestral step so that both parts together reach the next sigma', () => {
    const { down, up } = ancestralSplit({ from: 5, to: 3 }, 1)
    expect(Math.hypot(down, up)).toBeCloseTo(3, 12)
    expect(ancestralSplit({ from: 5, to: 3 }, 0)).toEqual({ down: 3, up: 0 })
    expect(ancestralSplit({ from: 5, to: 0 }, 1)).toEqual({ down: 0, up: 0 })
  })
})

it('keeps each run of one plan to itself', async () => {
  for (const sampler of Sampler.options) {
    const plan = planSampler({ sampler, schedule: 'karras', steps: 5 }, table, config)
    const [one, same, other] = [
      await runPlan(plan, bending, '1'),
      await runPlan(plan, bending, '1'),
      await runPlan(plan, bending, '2'),
    ]
    expect(same.states).toEqual(one.states)
    expect(other.states[0]).not.toEqual(one.states[0])
  }
})
