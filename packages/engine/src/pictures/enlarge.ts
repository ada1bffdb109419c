import { ManifestCid } from '@reverie/core'
import { rasterOf, rgbOf } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import { type LatentSize, PIXELS_PER_LATENT } from '../pipeline/geometry.ts'
import { decodeLatents } from './decode-latents.ts'
import { encode } from './ground.ts'
import type { Job, SizedLatents } from './job.ts'
import { inputInvalid } from './refuse.ts'
import { isLatentUpscaler, resizeLatents } from './resize-latents.ts'
import { toPlanes } from './to-planes.ts'

/** Makes what the first pass came to as large as the hires pass draws: latents as they are, or pixels by a model. */
export async function enlarge(
  job: Job,
  before: SizedLatents,
  to: LatentSize,
): Promise<Float32Array> {
  const { request, inputs, checkpoint, options, pipeline } = job
  const upscaler = request.hires?.upscaler ?? 'latent'
  if (isLatentUpscaler(upscaler)) {
    return resizeLatents(before.latents, before.size, to, upscaler)
  }
  const { picture } = await decodeLatents(job, before)
  await checkpoint()
  const larger = await inputs.enlarge?.(rgbOf(picture), ManifestCid.parse(upscaler))
  if (larger === undefined) {
    throw inputInvalid('hires.upscaler', `the upscaler ${upscaler} was not given to the engine`)
  }
  const size = { width: to.width * PIXELS_PER_LATENT, height: to.height * PIXELS_PER_LATENT }
  const planes = toPlanes(await resize(rasterOf(larger), size), -1, 1)
  return encode({ pipeline, checkpoint, tile: options.economy?.vaeTile }, planes, size)
}
