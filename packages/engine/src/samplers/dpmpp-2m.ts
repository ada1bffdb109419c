import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { addDifference, mix } from './state.ts'

/**
 * DPM-Solver++(2M) (Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models", 2022) in
 * sigma space, as k-diffusion's `sample_dpmpp_2m`. The first step and the step to sigma 0 are of first order: there is no
 * history yet, and no log of zero. A step needs the state of the one before it.
 */
export const planDpmpp2m: SigmaPlanner = (sigmas, { space = 'sigma' } = {}) =>
  createPlan({ levels: stepsThrough(sigmas), space, history: 1 }, ({ x, denoise }) => {
    let before: { clean: Float64Array; h: number } | undefined
    return async ({ from, to }) => {
      const clean = await denoise(x, from)
      const h = Math.log(from / to)
      mix(x, to / from, clean, 1 - to / from)
      // Half a step ahead, by the line through the last two estimates.
      if (before !== undefined && to > 0) {
        addDifference(x, ((1 - to / from) * h) / (2 * before.h), clean, before.clean)
      }
      before = { clean, h }
    }
  })
