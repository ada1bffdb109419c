import type { StepLevels } from './sampler.ts'

/** A step in two parts: a deterministic one down to `down`, then fresh noise of deviation `up`. */
export interface AncestralSplit {
  readonly down: number
  readonly up: number
}

/** Splits a step so that both parts together reach its level (k-diffusion's `get_ancestral_step`). `eta` 0 adds no noise. */
export function ancestralSplit({ from, to }: StepLevels, eta: number): AncestralSplit {
  if (eta === 0) return { down: to, up: 0 }
  const up = Math.min(to, eta * Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2))
  return { down: Math.sqrt(to ** 2 - up ** 2), up }
}
