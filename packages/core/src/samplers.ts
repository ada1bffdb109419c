import * as z from 'zod/mini'

interface SamplerFacts {
  /** Model calls of one full step; the last step of a second-order sampler makes one. */
  readonly callsPerStep: 1 | 2
  /** Steps made beyond those asked for. */
  readonly extraSteps: 0 | 1
  /** Draws fresh noise while it runs. */
  readonly noisy: boolean
  /** Takes its noise levels from any schedule; otherwise from the timesteps of the model's own scheduler config. */
  readonly scheduled: boolean
  /** Names elsewhere; undefined where the system has no such sampler. The first name is the one we write. */
  readonly a1111: readonly [string, ...string[]]
  readonly horde?: readonly [string, ...string[]]
  readonly comfy?: readonly [string, ...string[]]
  readonly diffusers?: readonly [string, ...string[]]
  readonly sogni?: readonly [string, ...string[]]
}

interface ScheduleFacts {
  readonly a1111: readonly [string, ...string[]]
  readonly comfy?: readonly [string, ...string[]]
  readonly sogni?: readonly [string, ...string[]]
}

const one = { callsPerStep: 1, extraSteps: 0, noisy: false, scheduled: true } as const
const two = { ...one, callsPerStep: 2 } as const

/**
 * Every sampler served, by its k-diffusion or own name, with what it costs and what other systems call it: AUTOMATIC1111
 * (also in image metadata), AI Horde, ComfyUI, diffusers and Sogni. The one table of names.
 */
export const SAMPLERS = {
  euler: {
    ...one,
    a1111: ['Euler'],
    horde: ['k_euler'],
    comfy: ['euler'],
    diffusers: ['EulerDiscreteScheduler', 'FlowMatchEulerDiscreteScheduler'],
    sogni: ['Euler', 'Discrete Flow Scheduler (SD3)'],
  },
  euler_ancestral: {
    ...one,
    noisy: true,
    a1111: ['Euler a', 'Euler Ancestral'],
    horde: ['k_euler_a'],
    comfy: ['euler_ancestral'],
    diffusers: ['EulerAncestralDiscreteScheduler'],
    sogni: ['Euler a'],
  },
  heun: {
    ...two,
    a1111: ['Heun'],
    horde: ['k_heun'],
    comfy: ['heun'],
    diffusers: ['HeunDiscreteScheduler'],
  },
  lms: {
    ...one,
    a1111: ['LMS'],
    horde: ['k_lms'],
    comfy: ['lms'],
    diffusers: ['LMSDiscreteScheduler'],
  },
  dpm_2: {
    ...two,
    a1111: ['DPM2'],
    horde: ['k_dpm_2'],
    comfy: ['dpm_2'],
    diffusers: ['KDPM2DiscreteScheduler'],
  },
  dpm_2_ancestral: {
    ...two,
    noisy: true,
    a1111: ['DPM2 a'],
    horde: ['k_dpm_2_a'],
    comfy: ['dpm_2_ancestral'],
    diffusers: ['KDPM2AncestralDiscreteScheduler'],
  },
  dpmpp_2s_ancestral: {
    ...two,
    noisy: true,
    a1111: ['DPM++ 2S a'],
    horde: ['k_dpmpp_2s_a'],
    comfy: ['dpmpp_2s_ancestral'],
  },
  dpmpp_2m: {
    ...one,
    a1111: ['DPM++ 2M'],
    horde: ['k_dpmpp_2m', 'dpmsolver'],
    comfy: ['dpmpp_2m'],
    diffusers: ['DPMSolverMultistepScheduler'],
    sogni: ['DPM++ 2M', 'DPM Solver Multistep (DPM-Solver++)'],
  },
  dpmpp_sde: {
    ...two,
    noisy: true,
    a1111: ['DPM++ SDE'],
    horde: ['k_dpmpp_sde'],
    comfy: ['dpmpp_sde', 'dpmpp_sde_gpu'],
    diffusers: ['DPMSolverSDEScheduler'],
    sogni: ['DPM++ SDE'],
  },
  dpmpp_2m_sde: {
    ...one,
    noisy: true,
    a1111: ['DPM++ 2M SDE'],
    comfy: ['dpmpp_2m_sde', 'dpmpp_2m_sde_gpu'],
    sogni: ['DPM++ 2M SDE'],
  },
  dpmpp_3m_sde: {
    ...one,
    noisy: true,
    a1111: ['DPM++ 3M SDE'],
    comfy: ['dpmpp_3m_sde', 'dpmpp_3m_sde_gpu'],
  },
  ddim: {
    ...one,
    scheduled: false,
    a1111: ['DDIM'],
    horde: ['DDIM'],
    comfy: ['ddim'],
    diffusers: ['DDIMScheduler'],
    sogni: ['DDIM'],
  },
  plms: {
    ...one,
    extraSteps: 1,
    scheduled: false,
    a1111: ['PLMS'],
    horde: ['plms'],
    diffusers: ['PNDMScheduler'],
    sogni: ['PNDM (Pseudo-linear multi-step)', 'PLMS'],
  },
  unipc: {
    ...one,
    a1111: ['UniPC'],
    horde: ['uni_pc', 'uni_pc_bh2'],
    comfy: ['uni_pc', 'uni_pc_bh2'],
    diffusers: ['UniPCMultistepScheduler'],
    sogni: ['UniPC'],
  },
  lcm: {
    ...one,
    noisy: true,
    scheduled: false,
    a1111: ['LCM'],
    horde: ['lcm'],
    comfy: ['lcm'],
    diffusers: ['LCMScheduler'],
    sogni: ['LCM'],
  },
} as const satisfies Record<string, SamplerFacts>

/**
 * Every noise schedule served, and what AUTOMATIC1111, ComfyUI and Sogni call it. Samplers that are not `scheduled` use
 * the timesteps of the model's own config whatever the schedule.
 */
export const SCHEDULES = {
  normal: {
    a1111: ['Normal', 'Uniform'],
    comfy: ['normal'],
    sogni: ['Linear', 'Linspace', 'Normal'],
  },
  karras: { a1111: ['Karras'], comfy: ['karras'], sogni: ['Karras'] },
  exponential: { a1111: ['Exponential'], comfy: ['exponential'], sogni: ['Exponential'] },
  sgm_uniform: { a1111: ['SGM Uniform'], comfy: ['sgm_uniform'], sogni: ['SGM Uniform'] },
  simple: { a1111: ['Simple'], comfy: ['simple'], sogni: ['Simple'] },
  ddim_uniform: { a1111: ['DDIM'], comfy: ['ddim_uniform'], sogni: ['DDIM', 'Leading'] },
  beta: { a1111: ['Beta'], comfy: ['beta'], sogni: ['Beta'] },
  ays: { a1111: ['Align Your Steps'], sogni: ['Align Your Steps'] },
} as const satisfies Record<string, ScheduleFacts>

export const Sampler = z.enum(Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[])
export type Sampler = z.infer<typeof Sampler>

export const Schedule = z.enum(Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[])
export type Schedule = z.infer<typeof Schedule>
