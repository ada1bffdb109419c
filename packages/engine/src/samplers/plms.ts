import type { NoiseTable } from '../schedules/noise-table.ts'
import { preservingDenoiser, sigmaOf } from './preserving.ts'
import { createPlan, type SamplerPlan, type StepLevels } from './sampler.ts'
import { addDifference, addScaled, blend, remember } from './state.ts'
import {
  type AlphaStep,
  levelsOf,
  type TimestepConfig,
  type TimestepOptions,
  timestepSteps,
} from './timestep-steps.ts'

/** Adams-Bashforth weights of the noise estimates, the newest first, by how many there are. */
const WEIGHTS: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
]

/**
 * Pseudo linear multistep (Liu et al., "Pseudo Numerical Methods for Diffusion Models on Manifolds", 2022) on the timesteps
 * of the model's own config, as diffusers' `PNDMScheduler` with `skip_prk_steps`. The second step goes nowhere: it asks
 * the model at the first step's end and corrects that step by the mean of both estimates, so a run of more than one step
 * makes one more. AUTOMATIC1111 makes that correction inside its first step and leaves the last step out.
 *
 * The state is variance preserving. A step needs the states of the three before it; the correction is counted.
 */
export function planPlms(
  table: NoiseTable,
  config: TimestepConfig,
  steps: number,
  options: TimestepOptions = {},
): SamplerPlan {
  const all = timestepSteps(table, config, steps, options)
  const [first, second, ...rest] = all
  const corrected = first !== undefined && second !== undefined
  const levels: StepLevels[] = corrected
    ? [levelsOf(first), at(second), levelsOf(second), ...rest.map(levelsOf)]
    : all.map(levelsOf)

  return createPlan({ levels, space: 'preserving', history: 4 }, ({ x, denoise }) => {
    const { estimate, scaled } = preservingDenoiser(denoise, x.length)
    const past: Float64Array[] = []
    /** The model's noise estimate, made over its clean one. */
    const noiseAt = async (alpha: number): Promise<Float64Array> => {
      const clean = await estimate(x, alpha)
      const sigma = sigmaOf(alpha)
      blend(clean, scaled, 1 / sigma, clean, -1 / sigma)
      return clean
    }
    return async (_, index) => {
      if (index === 1 && corrected) {
        const ahead = await noiseAt(second.from)
        addDifference(x, weightOfNoise(first) / 2, past[0] ?? ahead, ahead)
        return
      }
      const step = all[index > 1 ? index - 1 : index] as AlphaStep
      remember(past, await noiseAt(step.from), WEIGHTS.length)
      const weights = WEIGHTS[past.length - 1] ?? []
      const kept = Math.sqrt(step.to / step.from)
      for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) * kept
      for (const [i, weight] of weights.entries()) {
        addScaled(x, -weightOfNoise(step) * weight, past[i] ?? [])
      }
    }
  })
}

const at = ({ from }: AlphaStep): StepLevels => ({ from: sigmaOf(from), to: sigmaOf(from) })

/** How much of the noise estimate a step takes away (equation 11 of the paper). */
const weightOfNoise = ({ from, to }: AlphaStep): number =>
  (to - from) / (from * Math.sqrt(1 - to) + Math.sqrt(from * (1 - from) * to))
