import type { NoiseTable } from '../schedules/noise-table.ts'
import type { SchedulerConfig } from '../schedules/scheduler-config.ts'
import { preservingDenoiser, sigmaOf } from './preserving.ts'
import { createPlan, type SamplerPlan } from './sampler.ts'
import { addScaled, blend } from './state.ts'
import type { TimestepOptions } from './timestep-steps.ts'

type LcmConfig = Pick<SchedulerConfig, 'original_inference_steps' | 'timestep_scaling'>

/** Deviation of the data that consistency models are scaled for. */
const SIGMA_DATA = 0.5

/**
 * Latent consistency sampling (Luo et al., "Latent Consistency Models", 2023), as diffusers' `LCMScheduler`: each step
 * estimates the clean latents and, unless it is the last, noises them again for the next. AUTOMATIC1111 spaces its
 * timesteps a little differently; step rule and count are the same. The state is variance preserving. A step needs its own
 * state only, and draws once unless it is the last.
 */
export function planLcm(
  table: NoiseTable,
  config: LcmConfig,
  steps: number,
  { last = steps }: TimestepOptions = {},
): SamplerPlan {
  const timesteps = lcmTimesteps(table.length, config, steps).slice(steps - last)
  const alphas = timesteps.map((timestep) => table.alphas[timestep] as number)
  const levels = alphas.map((alpha, i) => ({
    from: sigmaOf(alpha),
    to: sigmaOf(alphas[i + 1] ?? 1),
  }))
  return createPlan({ levels, space: 'preserving' }, ({ x, denoise, noise }) => {
    const { estimate } = preservingDenoiser(denoise, x.length)
    return async (_, index) => {
      const clean = await estimate(x, alphas[index] ?? 1)
      const time = (timesteps[index] ?? 0) * config.timestep_scaling
      const size = time ** 2 + SIGMA_DATA ** 2
      const next = alphas[index + 1] ?? 1
      const signal = Math.sqrt(next)
      blend(x, clean, (signal * time) / Math.sqrt(size), x, (signal * SIGMA_DATA ** 2) / size)
      if (next < 1) addScaled(x, Math.sqrt(1 - next), noise())
    }
  })
}

/**
 * Evenly chosen among the timesteps that the model was distilled on. diffusers refuses more steps than those; here they are
 * then spaced more finely.
 */
function lcmTimesteps(length: number, config: LcmConfig, steps: number): number[] {
  const trained = Math.max(config.original_inference_steps, steps)
  const stride = Math.floor(length / trained)
  return Array.from(
    { length: steps },
    (_, i) => (trained - Math.floor((i * trained) / steps)) * stride - 1,
  )
}
