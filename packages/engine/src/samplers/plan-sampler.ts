import {
  type ModelFamily,
  ReverieError,
  type Sampler,
  type Schedule,
  scheduledSteps,
} from '@reverie/core'
import type { NoiseTable } from '../schedules/noise-table.ts'
import type { SchedulerConfig } from '../schedules/scheduler-config.ts'
import { SCHEDULE_FUNCTIONS } from '../schedules/schedules.ts'
import { planDdim } from './ddim.ts'
import { planDpm2, planDpm2Ancestral } from './dpm-2.ts'
import { planDpmpp2m } from './dpmpp-2m.ts'
import { planDpmpp2mSde } from './dpmpp-2m-sde.ts'
import { planDpmpp2sAncestral } from './dpmpp-2s-ancestral.ts'
import { planDpmpp3mSde } from './dpmpp-3m-sde.ts'
import { planDpmppSde } from './dpmpp-sde.ts'
import { planEuler } from './euler.ts'
import { planEulerAncestral } from './euler-ancestral.ts'
import { planHeun } from './heun.ts'
import { planLcm } from './lcm.ts'
import { planLms } from './lms.ts'
import { planPlms } from './plms.ts'
import type { SamplerPlan, SigmaPlanner } from './sampler.ts'
import { planUnipc } from './unipc.ts'

export interface SamplerChoice {
  readonly sampler: Sampler
  readonly schedule: Schedule
  readonly steps: number
  /** Share of fresh noise, 0 to 1. @defaultValue 1 for ancestral and SDE samplers, 0 for DDIM; others draw none */
  readonly eta?: number | undefined
  /** How much of a picture is redrawn, 0 to 1: only the last part of the schedule is run. Undefined starts from noise. */
  readonly strength?: number | undefined
  /** Runs only so many steps, the last of the schedule, whatever the strength. */
  readonly last?: number | undefined
  /** Align Your Steps has levels of its own for SDXL. @defaultValue "sd1" */
  readonly family?: ModelFamily | undefined
}

/** Samplers that take their noise levels from any schedule. */
export const SIGMA_SAMPLERS = {
  euler: planEuler,
  euler_ancestral: planEulerAncestral,
  heun: planHeun,
  lms: planLms,
  dpm_2: planDpm2,
  dpm_2_ancestral: planDpm2Ancestral,
  dpmpp_2s_ancestral: planDpmpp2sAncestral,
  dpmpp_2m: planDpmpp2m,
  dpmpp_sde: planDpmppSde,
  dpmpp_2m_sde: planDpmpp2mSde,
  dpmpp_3m_sde: planDpmpp3mSde,
  unipc: planUnipc,
} as const satisfies Partial<Record<Sampler, SigmaPlanner>>

/** AUTOMATIC1111 leaves the last level before 0 out for these: they are unstable on so small a step. */
const WITHOUT_NEXT_TO_LAST: ReadonlySet<Sampler> = new Set([
  'dpm_2',
  'dpm_2_ancestral',
  'dpmpp_3m_sde',
])

/** Samplers that solve the equation flow models share with the others; the rest add noise or change scale in ways of their own. */
const FLOW_SAMPLERS: readonly Sampler[] = ['euler', 'heun', 'lms', 'dpm_2', 'dpmpp_2m']

/**
 * Chooses the noise levels of a run and how it goes through them; `plan.steps` is core's `sampledSteps` and
 * `plan.modelCalls` its `modelCalls`. A new sampler is a `plan...` function and a line here.
 * @throws ReverieError `unsupported_by_model` for a sampler or schedule that does not fit a flow model
 */
export function planSampler(
  choice: SamplerChoice,
  table: NoiseTable,
  config: SchedulerConfig,
): SamplerPlan {
  const { sampler, steps, eta, strength } = choice
  if (table.kind === 'flow') requireFlow(choice)
  const last = choice.last ?? scheduledSteps(steps, strength)
  const told = eta === undefined ? {} : { eta }
  switch (sampler) {
    case 'ddim':
      return planDdim(table, config, steps, { last, ...told })
    case 'plms':
      return planPlms(table, config, steps, { last })
    case 'lcm':
      return planLcm(table, config, steps, { last })
    default: {
      const space = table.kind === 'flow' ? 'flow' : 'sigma'
      const sigmas = levelsFor(choice, table)
      return SIGMA_SAMPLERS[sampler](sigmas.subarray(sigmas.length - 1 - last), { ...told, space })
    }
  }
}

/** `steps` falling sigmas and a final 0. */
function levelsFor(
  { sampler, schedule, steps, family }: SamplerChoice,
  table: NoiseTable,
): Float64Array {
  const levels = (count: number) => SCHEDULE_FUNCTIONS[schedule](table, count, family)
  if (!WITHOUT_NEXT_TO_LAST.has(sampler)) return levels(steps)
  return levels(steps + 1).filter((_, i) => i !== steps)
}

function requireFlow({ sampler, schedule }: SamplerChoice): void {
  if (!FLOW_SAMPLERS.includes(sampler)) {
    throw new ReverieError(
      'unsupported_by_model',
      `The model is a flow model, which sampler ${sampler} cannot run. Choose one of ${FLOW_SAMPLERS.join(', ')}.`,
      { field: 'sampler', accepted: FLOW_SAMPLERS.join(', ') },
    )
  }
  if (schedule === 'ays') {
    throw new ReverieError(
      'unsupported_by_model',
      'The model is a flow model, and schedule ays was made for Stable Diffusion. Choose another, such as normal.',
      { field: 'schedule', accepted: 'normal, simple, sgm_uniform, karras, exponential, beta' },
    )
  }
}
