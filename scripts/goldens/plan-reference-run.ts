import {
  createNoiseTable,
  planDdim,
  type SamplerPlan,
  SCHEDULE_FUNCTIONS,
  SchedulerConfig,
  SIGMA_SAMPLERS,
  spacedTimesteps,
} from '../../packages/engine/src/in-process.ts'
import { largestDifference } from './outcome.ts'
import type { DiffusersRun, KDiffusionRun } from './sampler-file.ts'

interface PlannedRun {
  readonly plan: SamplerPlan
  readonly initialScale?: number
  /** Multiplies our state after `steps` steps into the reference's space. */
  readonly toReference: (step: number) => number
  /** Largest relative error of the noise levels; 0 where the reference's own are used. */
  readonly levelError: number
  /** e.g. "schedule karras" */
  readonly label: string
}

/** A plan, or why there is none. */
export type Planned = PlannedRun | { readonly why: string }

/** Full training range of Stable Diffusion, which every k-diffusion run of the goldens has. */
const stableDiffusion = SchedulerConfig.parse({})

const lookUp = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

export function planKDiffusion({ sampler, schedule, steps, sigmas }: KDiffusionRun): Planned {
  const planSigmas = lookUp(SIGMA_SAMPLERS, sampler)
  const scheduleFunction = lookUp(SCHEDULE_FUNCTIONS, schedule)
  if (planSigmas === undefined) return { why: `sampler ${sampler} is not implemented` }
  if (scheduleFunction === undefined) return { why: `schedule ${schedule} is not implemented` }
  const ours = scheduleFunction(createNoiseTable(stableDiffusion), steps)
  return {
    plan: planSigmas(ours),
    toReference: () => 1,
    levelError: relativeLevels(ours, sigmas),
    label: `${schedule}, ${steps} steps`,
  }
}

/** Samplers of diffusers that step as ours do, and the space their states are in. */
const DIFFUSERS_SPACES = {
  euler: 'sigma',
  euler_ancestral: 'sigma',
  dpmpp_2m: 'preserving',
} as const

export function planDiffusers(run: DiffusersRun): Planned {
  const parsed = SchedulerConfig.safeParse(run.config)
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.')
    return { why: `diffusers ${run.sampler}: setting ${field} is not implemented` }
  }
  const config = parsed.data
  const unserved = Object.entries(run.config).find(
    ([name, value]) =>
      value === true && (/^use_\w+_sigmas$|^use_lu/.test(name) || name === 'clip_sample'),
  )
  if (unserved !== undefined) {
    return { why: `diffusers ${run.sampler}: setting ${unserved[0]} is not implemented` }
  }
  return run.sampler === 'ddim' ? planDdimRun(run, config) : planSigmaRun(run, config)
}

function planDdimRun({ steps, timesteps }: DiffusersRun, config: SchedulerConfig): Planned {
  return {
    plan: planDdim(createNoiseTable(config), config, steps),
    toReference: () => 1,
    levelError: largestDifference(spacedTimesteps(config, steps), timesteps),
    label: `${config.timestep_spacing}, ${steps} steps`,
  }
}

/** Our step rule on the timesteps that diffusers chose: its spacing is not one of our schedules. */
function planSigmaRun(run: DiffusersRun, config: SchedulerConfig): Planned {
  const sampler = run.sampler.replace(/_(leading|trailing|linspace)$/, '')
  const planSigmas = lookUp(SIGMA_SAMPLERS, sampler)
  const space = lookUp(DIFFUSERS_SPACES, sampler)
  if (planSigmas === undefined || space === undefined) {
    return { why: `sampler ${run.sampler} of diffusers is not implemented` }
  }
  const table = createNoiseTable(config)
  const sigmas = Float64Array.from([...run.timesteps.map(table.sigmaAt), 0])
  const toReference = (step: number) =>
    space === 'sigma' ? 1 : 1 / Math.sqrt(1 + (sigmas[step] ?? 0) ** 2)
  return {
    plan: planSigmas(sigmas),
    initialScale: run.init_noise_sigma / toReference(0),
    toReference,
    levelError: 0,
    label: `timesteps of diffusers, ${run.steps} steps`,
  }
}

/** Sigmas span three orders of magnitude: each is compared with its own size. */
const relativeLevels = (ours: Float64Array, theirs: readonly number[]): number =>
  largestDifference(
    ours.map((sigma, i) => (sigma === 0 ? 0 : (sigma - (theirs[i] ?? Number.NaN)) / sigma)),
    new Float64Array(theirs.length),
  )
