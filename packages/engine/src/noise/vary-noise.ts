import type { JobSpec } from '@reverie/core'
import { createGenerator } from './create-generator.ts'
import { type NoiseShape, slerp } from './slerp.ts'

/**
 * What a pass starts from: `own`, the first draw of its seed, or where a variation is asked for, a place between it and the
 * variation seed's. Later draws are the own seed's unchanged, as in AUTOMATIC1111.
 */
export function varyNoise(
  own: Float32Array,
  { rng, variation }: Pick<JobSpec, 'rng' | 'variation'>,
  shape: NoiseShape,
): Float32Array {
  if (variation === undefined || variation.strength === 0) return own
  const other = createGenerator(rng, variation.seed).randn(own.length)
  return slerp(own, other, variation.strength, shape)
}
