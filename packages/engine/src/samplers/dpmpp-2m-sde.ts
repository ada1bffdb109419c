import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { addDifference, addScaled, mix } from './state.ts'

/**
 * DPM-Solver++(2M) SDE, midpoint variant, as k-diffusion's `sample_dpmpp_2m_sde`. A step needs the state of the one before
 * it, and draws once unless it ends at 0. The generator's next draws stand in for k-diffusion's Brownian tree.
 */
export const planDpmpp2mSde: SigmaPlanner = (sigmas, { eta = 1 } = {}) =>
  createPlan(
    { levels: stepsThrough(sigmas), space: 'sigma', history: 1 },
    ({ x, denoise, noise }) => {
      let before: { clean: Float64Array; h: number } | undefined
      return async ({ from, to }) => {
        const clean = await denoise(x, from)
        if (to === 0) return x.set(clean)
        const h = Math.log(from / to)
        const taken = -Math.expm1(-h - eta * h)
        mix(x, (to / from) * Math.exp(-eta * h), clean, taken)
        if (before !== undefined) {
          addDifference(x, (taken * h) / (2 * before.h), clean, before.clean)
        }
        if (eta > 0) addScaled(x, to * Math.sqrt(-Math.expm1(-2 * eta * h)), noise())
        before = { clean, h }
      }
    },
  )
