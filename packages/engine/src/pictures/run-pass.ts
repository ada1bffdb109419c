import type { Denoiser, NoiseSource, SamplerPlan } from '../samplers/sampler.ts'
import type { Ground } from './ground.ts'
import { requireFinite } from './output-guards.ts'

export interface PassInput {
  readonly plan: SamplerPlan
  /** The first state, in the sampler's own space. */
  readonly start: Float32Array
  readonly denoise: Denoiser
  readonly noise: NoiseSource
  /** Called with the denoised estimate of every `previewEvery`th step but the last. */
  readonly preview?: ((clean: Float32Array) => Promise<void>) | undefined
  readonly previewEvery: number
}

/**
 * Runs a sampler from its first state to its last and returns every state. Latents are float32 at each step boundary, so
 * that any step can be run again from the trajectory alone; arithmetic inside a step is float64.
 * @throws ReverieError `bad_output` when latents are not finite; what a model call throws
 */
export async function runPass({
  plan,
  start,
  denoise,
  noise,
  preview,
  previewEvery,
}: PassInput): Promise<Float32Array[]> {
  const trajectory = [start]
  let clean: Float32Array | undefined
  const isDue = () =>
    preview !== undefined &&
    previewEvery > 0 &&
    trajectory.length % previewEvery === 0 &&
    trajectory.length < plan.steps
  const watched: Denoiser = async (x, sigma) => {
    const estimate = await denoise(x, sigma)
    // Copied: the sampler may change its estimate within the step.
    if (isDue()) clean = new Float32Array(estimate)
    return estimate
  }
  const states = plan.run({ x: new Float64Array(start), denoise: watched, noise })
  for await (const state of states) {
    const latents = new Float32Array(state)
    requireFinite(latents, `the latents after step ${trajectory.length}`)
    state.set(latents)
    if (isDue() && clean !== undefined) await preview?.(clean)
    trajectory.push(latents)
  }
  return trajectory
}

/**
 * Keeps what is not redrawn at the picture's own latents: in the denoised estimate, as AUTOMATIC1111 does, so that the
 * sampler's noise on them stays its own.
 */
export function keepUnmasked(denoise: Denoiser, { original, mask }: Ground): Denoiser {
  if (original === undefined || mask === undefined) return denoise
  return async (x, sigma) => {
    const clean = await denoise(x, sigma)
    for (let plane = 0; plane < clean.length; plane += mask.length) {
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) clean[plane + i] = original[plane + i] as number
      }
    }
    return clean
  }
}
