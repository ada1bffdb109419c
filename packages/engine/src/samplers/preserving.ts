import type { Denoiser } from './sampler.ts'

/** sigma = sqrt((1 - alpha) / alpha) of a cumulative alpha. */
export const sigmaOf = (alpha: number): number => Math.sqrt((1 - alpha) / alpha)

/**
 * A denoiser for variance preserving states of `length` values: x / sqrt(alpha) is what a {@link Denoiser} takes. Leaves
 * that in `scaled` until the next call.
 */
export function preservingDenoiser(denoise: Denoiser, length: number) {
  const scaled = new Float64Array(length)
  return {
    scaled,
    estimate(x: Float64Array, alpha: number): Promise<Float64Array> {
      const up = 1 / Math.sqrt(alpha)
      for (let i = 0; i < length; i++) scaled[i] = (x[i] as number) * up
      return denoise(scaled, sigmaOf(alpha))
    },
  }
}
