import { ancestralSplit } from './ancestral-split.ts'
import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { addScaled, mix } from './state.ts'

/**
 * Euler steps that go below the next sigma and add noise back (k-diffusion's `sample_euler_ancestral`). A step needs its
 * own state only, and draws once unless it ends at 0.
 */
export const planEulerAncestral: SigmaPlanner = (sigmas, { eta = 1 } = {}) =>
  createPlan(
    { levels: stepsThrough(sigmas), space: 'sigma' },
    ({ x, denoise, noise }) =>
      async (step) => {
        const clean = await denoise(x, step.from)
        const { down, up } = ancestralSplit(step, eta)
        mix(x, down / step.from, clean, 1 - down / step.from)
        if (up > 0) addScaled(x, up, noise())
      },
  )
