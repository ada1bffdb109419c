import { planSigmaSampler, type SamplerPlan } from './sampler.ts'
import { mix } from './state.ts'

/** Euler's method on dx/dsigma = (x - clean) / sigma (Karras et al. 2022, algorithm 2 without churn). */
export const planEuler = (sigmas: Float64Array): SamplerPlan =>
  planSigmaSampler(sigmas, sigmas.length - 1, async function* (steps, { x, denoise }) {
    for (const { from, to } of steps) {
      const clean = await denoise(x, from)
      mix(x, to / from, clean, 1 - to / from)
      yield x
    }
  })
