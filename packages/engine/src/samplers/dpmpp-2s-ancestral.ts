import { ancestralSplit } from './ancestral-split.ts'
import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { addScaled, blend, mix } from './state.ts'

/**
 * DPM-Solver++(2S) (Lu et al. 2022) with ancestral noise, as k-diffusion's `sample_dpmpp_2s_ancestral`. The step to
 * sigma 0 is of first order. A step needs its own state only, and draws once unless it ends at 0.
 */
export const planDpmpp2sAncestral: SigmaPlanner = (sigmas, { eta = 1 } = {}) =>
  createPlan(
    { levels: stepsThrough(sigmas), space: 'sigma', callsPerStep: 2 },
    ({ x, denoise, noise }) => {
      const middle = new Float64Array(x.length)
      return async (step) => {
        const { from, to } = step
        const clean = await denoise(x, from)
        if (to === 0) return x.set(clean)
        const { down, up } = ancestralSplit(step, eta)
        const half = Math.sqrt(from * down)
        blend(middle, x, half / from, clean, 1 - half / from)
        mix(x, down / from, await denoise(middle, half), 1 - down / from)
        if (up > 0) addScaled(x, up, noise())
      }
    },
  )
