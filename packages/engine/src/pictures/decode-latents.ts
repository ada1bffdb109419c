import type { Raster } from '../images/raster.ts'
import { PIXELS_PER_LATENT } from '../pipeline/geometry.ts'
import type { Job, SizedLatents } from './job.ts'
import { isBlack, requireFinite, requireNotBlack } from './output-guards.ts'
import { toRgb } from './to-rgb.ts'

/**
 * Decodes what a pass came to. A black picture is refused unless it was drawn from a black one.
 * @throws ReverieError `bad_output`
 */
export async function decodeLatents(
  {
    pipeline,
    options,
    scene,
    checkpoint,
  }: Pick<Job, 'pipeline' | 'options' | 'scene' | 'checkpoint'>,
  { latents, size }: SizedLatents,
): Promise<{ readonly pixels: Float32Array; readonly picture: Raster }> {
  await checkpoint()
  const pixels = await pipeline.vae.decode(latents, size, options.economy?.vaeTile)
  requireFinite(pixels, 'the decoded image')
  const bytes = toRgb(pixels)
  if (scene === undefined || !isBlack(scene.picture.bytes)) requireNotBlack(bytes)
  const width = size.width * PIXELS_PER_LATENT
  const height = size.height * PIXELS_PER_LATENT
  return { pixels, picture: { bytes, channels: 3, width, height } }
}
