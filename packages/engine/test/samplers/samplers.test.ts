import { SAMPLERS, type Sampler, SCHEDULES, type Schedule } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { createTorchGenerator } from '../../src/noise/torch-generator.ts'
import { ancestralSplit } from '../../src/samplers/euler-ancestral.ts'
import { planSampler } from '../../src/samplers/plan-sampler.ts'
import type { SamplerPlan } from '../../src/samplers/sampler.ts'
import { createNoiseTable } from '../../src/schedules/noise-table.ts'
import { SchedulerConfig } from '../../src/schedules/scheduler-config.ts'

const config = SchedulerConfig.parse({ steps_offset: 1, set_alpha_to_one: false })
const table = createNoiseTable(config)
const LENGTH = 32

const every = Object.keys(SAMPLERS).flatMap((sampler) =>
  Object.keys(SCHEDULES).map((schedule) => [sampler as Sampler, schedule as Schedule] as const),
)

async function run(plan: SamplerPlan, clean: (i: number) => number, seed = '1') {
  const generator = createTorchGenerator(seed)
  const noise = () => generator.randn(LENGTH)
  const x = Float64Array.from(noise(), (value) => value * plan.initialScale)
  let calls = 0
  const states: Float64Array[] = []
  const denoise = async (state: Float64Array) => {
    calls++
    return state.map((_, i) => clean(i))
  }
  for await (const state of plan.run({ x, denoise, noise })) states.push(state.slice())
  return { calls, states, final: states.at(-1) ?? x }
}

describe.each(every)('%s with the %s schedule', (sampler, schedule) => {
  it('yields once a step and makes the model calls it announces', async () => {
    for (const steps of [1, 2, 7]) {
      const plan = planSampler({ sampler, schedule, steps }, table, config)
      const { calls, states } = await run(plan, Math.sin)
      expect(states).toHaveLength(steps)
      expect(plan.steps).toBe(steps)
      expect(calls).toBe(plan.modelCalls)
    }
  })

  it('ends at the picture when the model knows it from the start', async () => {
    const plan = planSampler({ sampler, schedule, steps: 30 }, table, config)
    const { final } = await run(plan, Math.sin)
    // DDIM of this config stops at the last training timestep, a little noise short of the end.
    const left = sampler === 'ddim' ? 0.15 : 1e-9
    for (const [i, value] of final.entries()) {
      expect(Math.abs(value - Math.sin(i))).toBeLessThan(left)
    }
  })

  it('starts the next step from what its caller wrote into the state', async () => {
    const plan = planSampler({ sampler, schedule, steps: 3 }, table, config)
    const seen: number[] = []
    const denoise = async (state: Float64Array) => {
      seen.push(state[0] ?? Number.NaN)
      return state.slice()
    }
    const noise = () => new Float32Array(LENGTH)
    for await (const state of plan.run({ x: new Float64Array(LENGTH).fill(1), denoise, noise })) {
      state.fill(0)
    }
    expect(seen).toEqual([expect.any(Number), 0, 0])
    expect(seen[0]).not.toBe(0)
  })
})

it('gives other pictures for other noise only where the sampler is deterministic up to its start', async () => {
  const plan = planSampler({ sampler: 'euler', schedule: 'karras', steps: 5 }, table, config)
  const [one, same, other] = [
    await run(plan, Math.cos, '1'),
    await run(plan, Math.cos, '1'),
    await run(plan, Math.cos, '2'),
  ]
  expect(same.states).toEqual(one.states)
  expect(other.states[0]).not.toEqual(one.states[0])
})

it('splits an ancestral step so that both parts together reach the next sigma', () => {
  const { down, up } = ancestralSplit({ from: 5, to: 3 })
  expect(Math.hypot(down, up)).toBeCloseTo(3, 12)
  expect(ancestralSplit({ from: 5, to: 0 })).toEqual({ down: 0, up: 0 })
})
