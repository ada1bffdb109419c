import {
  createNoiseTable,
  type NoiseTable,
  planDdim,
  planLcm,
  planPlms,
  planUnipc,
  type SamplerPlan,
  SCHEDULE_FUNCTIONS,
  SchedulerConfig,
  SIGMA_SAMPLERS,
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

/** Our schedule and step rule. The levels are the schedule's plainly: what a sampler leaves out of them is not k-diffusion's. */
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

export function planDiffusers(run: DiffusersRun): Planned {
  const parsed = SchedulerConfig.safeParse(run.config)
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.')
    return { why: `diffusers ${run.sampler}: setting ${field} is not implemented` }
  }
  const config = parsed.data
  const unserved = Object.entries(run.config).find(
    ([name, value]) => value === true && /^use_\w+_sigmas$|^use_lu/.test(name),
  )
  if (unserved !== undefined) {
    return { why: `diffusers ${run.sampler}: setting ${unserved[0]} is not implemented` }
  }
  const table = createNoiseTable(config)
  return planTimestepRun(run, asDiffusers(table), config) ?? planSigmaRun(run, table)
}

/**
 * The table with alphas as exact as diffusers': it keeps 1 - beta in float32, and near alpha 1 that is five digits of
 * 1 - alpha. Over a run of DDIM or PNDM the difference alone is as large as the tolerance.
 */
function asDiffusers(table: NoiseTable): NoiseTable {
  let product = 1
  const alphas = table.alphas.map((alpha, i) => {
    product *= Math.fround(alpha / (table.alphas[i - 1] ?? 1))
    return Math.fround(product)
  })
  return { ...table, alphas }
}

/** Samplers that choose their timesteps by the config, as diffusers does. */
function planTimestepRun(
  run: DiffusersRun,
  table: NoiseTable,
  config: SchedulerConfig,
): Planned | undefined {
  const plans: Readonly<Record<string, () => SamplerPlan>> = {
    ddim: () => planDdim(table, config, run.steps),
    ddim_eta1: () => planDdim(table, config, run.steps, { eta: 1 }),
    pndm: () => planPlms(table, config, run.steps),
    lcm: () => planLcm(table, config, run.steps),
  }
  const plan = lookUp(plans, run.sampler)?.()
  if (plan === undefined) return undefined
  const timesteps = plan.levels.map(({ from }) => table.timestepAt(from))
  return {
    plan,
    toReference: () => 1,
    // Whole timesteps: their own rounding is far below one.
    levelError: largestDifference(timesteps.map(Math.round), run.timesteps),
    label: `${run.sampler === 'lcm' ? 'lcm' : config.timestep_spacing}, ${run.steps} steps`,
  }
}

/** Samplers of diffusers that step as ours do, and the space their states are in. */
const DIFFUSERS_SPACES = {
  euler: 'sigma',
  euler_ancestral: 'sigma',
  dpmpp_2m: 'preserving',
} as const satisfies Partial<Record<keyof typeof SIGMA_SAMPLERS, 'sigma' | 'preserving'>>

/** Our step rule on the timesteps that diffusers chose: its spacing is not one of our schedules. */
function planSigmaRun(run: DiffusersRun, table: NoiseTable): Planned {
  const sigmas = Float64Array.from([...run.timesteps.map(table.sigmaAt), 0])
  const shared = { levelError: 0, label: `timesteps of diffusers, ${run.steps} steps` }
  const [, variant] = /^unipc_(bh1|bh2)$/.exec(run.sampler) ?? []
  const order = run.config.solver_order
  if ((variant === 'bh1' || variant === 'bh2') && (order === 1 || order === 2 || order === 3)) {
    return { ...shared, plan: planUnipc(sigmas, { order, variant }), toReference: () => 1 }
  }
  const sampler = run.sampler.replace(/_(leading|trailing|linspace)$/, '')
  const planSigmas = lookUp(SIGMA_SAMPLERS, sampler)
  const space = lookUp(DIFFUSERS_SPACES, sampler)
  if (planSigmas === undefined || space === undefined) {
    return { why: `sampler ${run.sampler} of diffusers is not implemented` }
  }
  const toReference = (step: number) =>
    space === 'sigma' ? 1 : 1 / Math.sqrt(1 + (sigmas[step] ?? 0) ** 2)
  return {
    ...shared,
    plan: planSigmas(sigmas),
    initialScale: run.init_noise_sigma / toReference(0),
    toReference,
  }
}

/** Sigmas span three orders of magnitude: each is compared with its own size. */
const relativeLevels = (ours: Float64Array, theirs: readonly number[]): number =>
  largestDifference(
    ours.map((sigma, i) => (sigma === 0 ? 0 : (sigma - (theirs[i] ?? Number.NaN)) / sigma)),
    new Float64Array(theirs.length),
  )
