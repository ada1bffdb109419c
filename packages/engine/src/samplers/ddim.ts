import type { NoiseTable } from '../schedules/noise-table.ts'
import type { SchedulerConfig } from '../schedules/scheduler-config.ts'
import { spacedTimesteps } from '../schedules/timesteps.ts'
import type { SamplerPlan } from './sampler.ts'
import { mix } from './state.ts'

/** One DDIM step: the cumulative alphas it leads from and to. */
interface DdimStep {
  readonly from: number
  readonly to: number
}

type DdimConfig = Pick<
  SchedulerConfig,
  'num_train_timesteps' | 'timestep_spacing' | 'steps_offset' | 'set_alpha_to_one'
>

/**
 * DDIM without noise (Song et al., "Denoising Diffusion Implicit Models", 2020) on the timesteps of the model's own config,
 * as diffusers' `DDIMScheduler`. The state is variance preserving: sqrt(alpha) * clean + sqrt(1 - alpha) * noise.
 */
export function planDdim(table: NoiseTable, config: DdimConfig, steps: number): SamplerPlan {
  const plan = ddimSteps(table, config, steps)
  return {
    steps,
    modelCalls: steps,
    initialScale: 1,
    async *run({ x, denoise }) {
      for (const { from, to } of plan) {
        const sigma = Math.sqrt((1 - from) / from)
        const clean = await denoise(
          x.map((value) => value / Math.sqrt(from)),
          sigma,
        )
        const kept = Math.sqrt((1 - to) / (1 - from))
        mix(x, kept, clean, Math.sqrt(to) - kept * Math.sqrt(from))
        yield x
      }
    },
  }
}

/**
 * A step leads a fixed stride down, which is not always the next timestep of the list: with `trailing` spacing the list is
 * rounded and the stride is not. diffusers does so, and pictures made there should come out the same here.
 */
function ddimSteps(table: NoiseTable, config: DdimConfig, steps: number): DdimStep[] {
  const stride = Math.floor(table.length / steps)
  const alphaAt = (timestep: number): number => table.alphas[timestep] as number
  const final = config.set_alpha_to_one ? 1 : alphaAt(0)
  return spacedTimesteps(config, steps).map((timestep) => {
    const next = timestep - stride
    return { from: alphaAt(timestep), to: next >= 0 ? alphaAt(next) : final }
  })
}
