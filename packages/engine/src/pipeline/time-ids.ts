import type { LatentSize } from './geometry.ts'
import { PIXELS_PER_LATENT } from './geometry.ts'
import type { SizeConditioning } from './pipeline.ts'

/** The score of pictures that people like, as the refiner was trained to be told; what diffusers and ComfyUI ask for. */
export const LIKED = 6
/** The score for the negative prompt. */
export const DISLIKED = 2.5

/** Values in `time_ids`: SDXL takes two sizes and a crop, its refiner a score in the place of the target size. */
export type TimeIdCount = 5 | 6

/** What a picture of this size is told when nothing else is asked: made at this size, uncropped. */
export function ownSizes({ width, height }: LatentSize): SizeConditioning {
  const size = { width: width * PIXELS_PER_LATENT, height: height * PIXELS_PER_LATENT }
  return { original: size, crop: { left: 0, top: 0 }, target: size }
}

/** One row of `time_ids` (Podell et al., "SDXL", 2023, section 2.2): heights come before widths. */
export function timeIds(
  count: TimeIdCount,
  { original, crop, target }: SizeConditioning,
  aestheticScore: number,
): readonly number[] {
  const made = [original.height, original.width, crop.top, crop.left]
  return count === 5 ? [...made, aestheticScore] : [...made, target.height, target.width]
}
