import type { Sampler, Schedule } from '@reverie/core'
import type { NoiseTable } from '../schedules/noise-table.ts'
import type { SchedulerConfig } from '../schedules/scheduler-config.ts'
import { SCHEDULE_FUNCTIONS } from '../schedules/schedules.ts'
import { planDdim } from './ddim.ts'
import { planDpmpp2m } from './dpmpp-2m.ts'
import { planEuler } from './euler.ts'
import { planEulerAncestral } from './euler-ancestral.ts'
import type { SamplerPlan } from './sampler.ts'

export interface SamplerChoice {
  readonly sampler: Sampler
  readonly schedule: Schedule
  readonly steps: number
}

/** Samplers that take their noise levels from any schedule. */
export const SIGMA_SAMPLERS = {
  euler: planEuler,
  euler_ancestral: planEulerAncestral,
  dpmpp_2m: planDpmpp2m,
} as const satisfies Partial<Record<Sampler, (sigmas: Float64Array) => SamplerPlan>>

/** Chooses the noise levels of a run and how it goes through them. A new sampler is a `plan...` function and a line here. */
export function planSampler(
  { sampler, schedule, steps }: SamplerChoice,
  table: NoiseTable,
  config: SchedulerConfig,
): SamplerPlan {
  if (sampler === 'ddim') return planDdim(table, config, steps)
  return SIGMA_SAMPLERS[sampler](SCHEDULE_FUNCTIONS[schedule](table, steps))
}
