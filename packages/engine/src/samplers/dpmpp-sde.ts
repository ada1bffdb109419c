import { ancestralSplit } from './ancestral-split.ts'
import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { addScaled, blend, mix } from './state.ts'

/**
 * DPM-Solver++ (SDE) with r = 1/2, as k-diffusion's `sample_dpmpp_sde`. The step to sigma 0 is of first order. A step
 * needs its own state only, and draws twice unless it ends at 0. k-diffusion takes its noise from a Brownian tree, whose
 * draws depend on the sigmas; ours are the generator's next, so pictures agree with other systems only in kind.
 */
export const planDpmppSde: SigmaPlanner = (sigmas, { eta = 1 } = {}) =>
  createPlan(
    { levels: stepsThrough(sigmas), space: 'sigma', callsPerStep: 2 },
    ({ x, denoise, noise }) => {
      const middle = new Float64Array(x.length)
      return async (step) => {
        const { from, to } = step
        const clean = await denoise(x, from)
        if (to === 0) return x.set(clean)
        const half = Math.sqrt(from * to)
        const first = ancestralSplit({ from, to: half }, eta)
        blend(middle, x, first.down / from, clean, 1 - first.down / from)
        if (first.up > 0) addScaled(middle, first.up, noise())
        const cleanAhead = await denoise(middle, half)
        const { down, up } = ancestralSplit(step, eta)
        mix(x, down / from, cleanAhead, 1 - down / from)
        if (up > 0) addScaled(x, up, noise())
      }
    },
  )
