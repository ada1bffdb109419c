import type { NoiseTable } from '../schedules/noise-table.ts'
import { preservingDenoiser } from './preserving.ts'
import { createPlan, type SamplerPlan } from './sampler.ts'
import { addScaled, mix } from './state.ts'
import {
  type AlphaStep,
  levelsOf,
  type TimestepConfig,
  type TimestepOptions,
  timestepSteps,
} from './timestep-steps.ts'

export interface DdimOptions extends TimestepOptions {
  /** Share of fresh noise, from none to that of DDPM. @defaultValue 0 */
  readonly eta?: number
}

/**
 * DDIM (Song et al., "Denoising Diffusion Implicit Models", 2020) on the timesteps of the model's own config, as diffusers'
 * `DDIMScheduler`. The state is variance preserving: sqrt(alpha) * clean + sqrt(1 - alpha) * noise. A step needs its own
 * state only, and draws once where `eta` is above 0 and the step does not end at alpha 1.
 */
export function planDdim(
  table: NoiseTable,
  config: TimestepConfig,
  steps: number,
  { eta = 0, ...options }: DdimOptions = {},
): SamplerPlan {
  const all = timestepSteps(table, config, steps, options)
  return createPlan({ levels: all.map(levelsOf), space: 'preserving' }, ({ x, denoise, noise }) => {
    const { estimate } = preservingDenoiser(denoise, x.length)
    return async (_, index) => {
      const step = all[index] as AlphaStep
      const { from, to } = step
      const clean = await estimate(x, from)
      const fresh = freshNoise(step, eta)
      const kept = Math.sqrt((1 - to - fresh ** 2) / (1 - from))
      mix(x, kept, clean, Math.sqrt(to) - kept * Math.sqrt(from))
      if (fresh > 0) addScaled(x, fresh, noise())
    }
  })
}

/** Deviation of the noise that a step adds (equation 16 of the paper). */
const freshNoise = ({ from, to }: AlphaStep, eta: number): number =>
  eta * Math.sqrt(((1 - to) / (1 - from)) * (1 - from / to))
