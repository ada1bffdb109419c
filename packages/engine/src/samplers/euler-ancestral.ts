import { planSigmaSampler, type SamplerPlan, type SigmaStep } from './sampler.ts'
import { addScaled, mix } from './state.ts'

/** Splits a step into a deterministic part down to `down` and fresh noise of deviation `up` (k-diffusion, eta 1). */
export function ancestralSplit({ from, to }: SigmaStep): { down: number; up: number } {
  const up = Math.min(to, Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2))
  return { down: Math.sqrt(to ** 2 - up ** 2), up }
}

/** Euler steps that go below the next sigma and add noise back (k-diffusion's `sample_euler_ancestral`). */
export const planEulerAncestral = (sigmas: Float64Array): SamplerPlan =>
  planSigmaSampler(sigmas, sigmas.length - 1, async function* (steps, { x, denoise, noise }) {
    for (const step of steps) {
      const clean = await denoise(x, step.from)
      const { down, up } = ancestralSplit(step)
      mix(x, down / step.from, clean, 1 - down / step.from)
      if (step.to > 0) addScaled(x, up, noise())
      yield x
    }
  })
