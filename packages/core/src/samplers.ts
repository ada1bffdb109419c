import * as z from 'zod/mini'

/** Samplers served, by their k-diffusion names, and what AUTOMATIC1111 calls them in image metadata. */
export const SAMPLERS = {
  euler: { a1111: 'Euler' },
  euler_ancestral: { a1111: 'Euler a' },
  ddim: { a1111: 'DDIM' },
  dpmpp_2m: { a1111: 'DPM++ 2M' },
} as const

/** Noise schedules served, and what AUTOMATIC1111 calls them. DDIM uses the timesteps of its own config whatever the schedule. */
export const SCHEDULES = {
  normal: { a1111: 'Normal' },
  karras: { a1111: 'Karras' },
} as const

export const Sampler = z.enum(Object.keys(SAMPLERS) as (keyof typeof SAMPLERS)[])
export type Sampler = z.infer<typeof Sampler>

export const Schedule = z.enum(Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[])
export type Schedule = z.infer<typeof Schedule>
