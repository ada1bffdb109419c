import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { addScaled, blend, slopeInto } from './state.ts'

/**
 * Heun's method (Karras et al. 2022, algorithm 2 without churn): an Euler step, then the mean of the slopes at both ends.
 * The step to sigma 0 is Euler's. A step needs its own state only.
 */
export const planHeun: SigmaPlanner = (sigmas, { space = 'sigma' } = {}) =>
  createPlan({ levels: stepsThrough(sigmas), space, callsPerStep: 2 }, ({ x, denoise }) => {
    const ahead = new Float64Array(x.length)
    return async ({ from, to }) => {
      const slope = slopeInto(await denoise(x, from), x, from)
      if (to === 0) return addScaled(x, -from, slope)
      blend(ahead, x, 1, slope, to - from)
      const slopeAhead = slopeInto(await denoise(ahead, to), ahead, to)
      addScaled(x, (to - from) / 2, slope)
      addScaled(x, (to - from) / 2, slopeAhead)
    }
  })
