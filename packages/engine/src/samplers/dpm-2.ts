import { ancestralSplit } from './ancestral-split.ts'
import {
  createPlan,
  type SamplerRule,
  type SigmaPlanner,
  type StepLevels,
  stepsThrough,
} from './sampler.ts'
import { addScaled, blend, slopeInto } from './state.ts'

/**
 * The midpoint rule in log sigma, after DPM-Solver-2 (k-diffusion's `sample_dpm_2`): the slope halfway, over the whole
 * step. The step to sigma 0 is Euler's. A step needs its own state only.
 */
export const planDpm2: SigmaPlanner = (sigmas, { space = 'sigma' } = {}) =>
  createPlan(
    { levels: stepsThrough(sigmas), space, callsPerStep: 2 },
    midpoint(({ to }) => ({ down: to, up: 0 })),
  )

/** The same down below the next sigma, then noise back (k-diffusion's `sample_dpm_2_ancestral`): one draw a step. */
export const planDpm2Ancestral: SigmaPlanner = (sigmas, { eta = 1 } = {}) =>
  createPlan(
    { levels: stepsThrough(sigmas), space: 'sigma', callsPerStep: 2 },
    midpoint((step) => ancestralSplit(step, eta)),
  )

const midpoint =
  (split: (step: StepLevels) => { down: number; up: number }): SamplerRule =>
  ({ x, denoise, noise }) => {
    const middle = new Float64Array(x.length)
    return async (step) => {
      const { from, to } = step
      const slope = slopeInto(await denoise(x, from), x, from)
      if (to === 0) return addScaled(x, -from, slope)
      const { down, up } = split(step)
      const half = Math.sqrt(from * down)
      blend(middle, x, 1, slope, half - from)
      addScaled(x, down - from, slopeInto(await denoise(middle, half), middle, half))
      if (up > 0) addScaled(x, up, noise())
    }
  }
