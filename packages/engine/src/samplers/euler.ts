import { createPlan, type SigmaPlanner, stepsThrough } from './sampler.ts'
import { mix } from './state.ts'

/**
 * Euler's method on dx/dsigma = (x - clean) / sigma (Karras et al. 2022, algorithm 2 without churn). A flow model's
 * equation is the same: its prediction is that slope. A step needs its own state only.
 */
export const planEuler: SigmaPlanner = (sigmas, { space = 'sigma' } = {}) =>
  createPlan({ levels: stepsThrough(sigmas), space }, ({ x, denoise }) => async ({ from, to }) => {
    const clean = await denoise(x, from)
    mix(x, to / from, clean, 1 - to / from)
  })
