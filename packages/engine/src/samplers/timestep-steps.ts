import type { NoiseTable } from '../schedules/noise-table.ts'
import type { SchedulerConfig } from '../schedules/scheduler-config.ts'
import { spacedTimesteps } from '../schedules/timesteps.ts'
import { sigmaOf } from './preserving.ts'
import type { StepLevels } from './sampler.ts'

/** One step between training timesteps: the cumulative alphas it leads from and to. */
export interface AlphaStep {
  readonly from: number
  readonly to: number
}

export type TimestepConfig = Pick<
  SchedulerConfig,
  'num_train_timesteps' | 'timestep_spacing' | 'steps_offset' | 'set_alpha_to_one'
>

/** What a sampler on the model's own timesteps may be told. */
export interface TimestepOptions {
  /** Runs only this many steps of the schedule, the last ones. @defaultValue all */
  readonly last?: number
}

/**
 * Steps on the timesteps of the model's own config, as diffusers takes them. AUTOMATIC1111 takes the same timesteps where
 * the config has `leading` spacing and offset 1, but leaves the last step out.
 *
 * A step leads a fixed stride down, which is not always the next timestep of the list: with `trailing` spacing the list is
 * rounded and the stride is not. diffusers does so, and pictures made there should come out the same here.
 */
export function timestepSteps(
  table: NoiseTable,
  config: TimestepConfig,
  steps: number,
  { last = steps }: TimestepOptions = {},
): AlphaStep[] {
  const stride = Math.floor(table.length / steps)
  const alphaAt = (timestep: number): number => table.alphas[timestep] as number
  const final = config.set_alpha_to_one ? 1 : alphaAt(0)
  return spacedTimesteps(config, steps)
    .slice(steps - last)
    .map((timestep) => {
      const next = timestep - stride
      return { from: alphaAt(timestep), to: next >= 0 ? alphaAt(next) : final }
    })
}

export const levelsOf = ({ from, to }: AlphaStep): StepLevels => ({
  from: sigmaOf(from),
  to: sigmaOf(to),
})
