import { planSigmaSampler, type SamplerPlan } from './sampler.ts'
import { combine, mix } from './state.ts'

/**
 * DPM-Solver++(2M) (Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models", 2022) in
 * sigma space, as k-diffusion's `sample_dpmpp_2m`. The first step and the step to sigma 0 are of first order: there is no
 * history yet, and no log of zero.
 */
export const planDpmpp2m = (sigmas: Float64Array): SamplerPlan =>
  planSigmaSampler(sigmas, sigmas.length - 1, async function* (steps, { x, denoise }) {
    let before: { clean: Float64Array; h: number } | undefined
    for (const { from, to } of steps) {
      const clean = await denoise(x, from)
      const h = Math.log(from / to)
      const ahead =
        before === undefined || to === 0 ? clean : extrapolate(clean, before.clean, before.h / h)
      mix(x, to / from, ahead, -Math.expm1(-h))
      before = { clean, h }
      yield x
    }
  })

/** The clean estimate half a step ahead; `ratio` is the last step's length over this one's, in log sigma. */
const extrapolate = (clean: Float64Array, last: Float64Array, ratio: number): Float64Array =>
  combine(clean, 1 + 1 / (2 * ratio), last, -1 / (2 * ratio))
