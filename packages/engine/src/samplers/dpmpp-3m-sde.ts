import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { addDifference, addScaled, mix, remember } from './state.ts'

const HISTORY = 2

/**
 * DPM-Solver++(3M) SDE, as k-diffusion's `sample_dpmpp_3m_sde`. A step needs the states of the two before it, and draws once
 * unless it ends at 0. The generator's next draws stand in for k-diffusion's Brownian tree.
 */
export const planDpmpp3mSde: SigmaPlanner = (sigmas, { eta = 1 } = {}) =>
  createPlan(
    { levels: stepsThrough(sigmas), space: 'sigma', history: HISTORY },
    ({ x, denoise, noise }) => {
      const past: { clean: Float64Array; h: number }[] = []
      return async ({ from, to }) => {
        const clean = await denoise(x, from)
        if (to === 0) return x.set(clean)
        const h = Math.log(from / to)
        const whole = h * (eta + 1)
        mix(x, Math.exp(-whole), clean, -Math.expm1(-whole))
        const phi2 = Math.expm1(-whole) / whole + 1
        const [one, two] = past
        if (one !== undefined && two !== undefined) {
          const phi3 = phi2 / whole - 0.5
          const [r0, r1] = [one.h / h, two.h / h]
          const bend = (phi2 * r0 - phi3) / (r0 + r1)
          addDifference(x, (phi2 + bend) / r0, clean, one.clean)
          addDifference(x, -bend / r1, one.clean, two.clean)
        } else if (one !== undefined) {
          addDifference(x, (phi2 * h) / one.h, clean, one.clean)
        }
        if (eta > 0) addScaled(x, to * Math.sqrt(-Math.expm1(-2 * eta * h)), noise())
        remember(past, { clean, h }, HISTORY)
      }
    },
  )
