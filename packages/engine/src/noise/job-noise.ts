import type { JobSpec } from '@reverie/core'
import { createGenerator } from './create-generator.ts'
import { type NoiseShape, slerp } from './slerp.ts'

/**
 * The noise of one pass of a job, draw after draw: the first is what the pass starts from and the only one that a variation
 * changes, as in AUTOMATIC1111. A hires pass begins anew with its own size.
 */
export function createJobNoise(
  { rng, seed, variation }: Pick<JobSpec, 'rng' | 'seed' | 'variation'>,
  shape: NoiseShape,
): () => Float32Array {
  const count = shape.channels * shape.height * shape.width
  const generator = createGenerator(rng, seed)
  let isFirst = true
  return () => {
    const own = generator.randn(count)
    const isVaried = isFirst && variation !== undefined && variation.strength > 0
    isFirst = false
    if (!isVaried) return own
    const other = createGenerator(rng, variation.seed).randn(count)
    return slerp(own, other, variation.strength, shape)
  }
}
