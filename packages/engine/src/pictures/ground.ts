import { ReverieError } from '@reverie/core'
import type { Raster, Size } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import { LATENT_CHANNELS, latentLength, latentSizeOf } from '../pipeline/geometry.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { DrawRequest } from './drawing.ts'
import { isCovered, latentMask, pickedMask } from './mask.ts'
import { maskedFill } from './masked-fill.ts'
import { crop } from './raster-geometry.ts'
import type { Scene } from './scene.ts'
import { toPlanes } from './to-planes.ts'

/** What a pass has besides noise and text. */
export interface Ground {
  /** The scene's latents, [4, height, width]. */
  readonly original: Float32Array | undefined
  /** 1 where latents are redrawn, else 0, [height, width]; undefined redraws all. */
  readonly mask: Float32Array | undefined
  /** Channels that an inpainting UNet sees beside the latents: the mask, and the latents of the picture without what it covers. */
  readonly extra: Float32Array | undefined
}

export interface GroundParts {
  readonly pipeline: Pick<Pipeline, 'unet' | 'vae'>
  /** Latents a side that the VAE takes at once. */
  readonly tile: number | undefined
  readonly checkpoint: () => Promise<void>
  /** Unit noise of the first step. */
  readonly noise: Float32Array
}

/**
 * Encodes what a pass of `size` pixels starts from. A picture's latents are the mean of what the encoder gives, so that the
 * same job gives the same picture everywhere; AUTOMATIC1111 samples them with a generator that no seed decides.
 */
export async function layGround(
  parts: GroundParts,
  scene: Scene | undefined,
  size: Size,
  fill: NonNullable<DrawRequest['inpaint']>['fill'],
): Promise<Ground> {
  const needsExtra = parts.pipeline.unet.extraChannels > 0
  if (scene === undefined) {
    const extra = needsExtra ? await coverAll(parts, size) : undefined
    return { original: undefined, mask: undefined, extra }
  }
  const part = (raster: Raster) => resize(crop(raster, scene.region), size)
  const picture = await part(scene.picture)
  if (scene.mask === undefined) {
    const original = await encode(parts, toPlanes(picture, -1, 1), size)
    return {
      original,
      mask: undefined,
      extra: needsExtra ? await coverAll(parts, size) : undefined,
    }
  }
  const cover = await part(scene.mask.latent)
  const filled = fill === 'original' ? picture : maskedFill(picture, cover)
  const planes = toPlanes(filled, -1, 1)
  const mask = latentMask(cover, latentSizeOf(size))
  const original = await encode(parts, planes, size)
  if (fill === 'noise') replace(original, mask, (i) => parts.noise[i] as number)
  if (fill === 'nothing') replace(original, mask, () => 0)
  if (!needsExtra) return { original, mask, extra: undefined }
  for (let i = 0; i < planes.length; i++) {
    if (isCovered(cover.bytes[i % cover.bytes.length] as number)) planes[i] = 0
  }
  const extra = joined(pickedMask(cover, latentSizeOf(size)), await encode(parts, planes, size))
  return { original, mask, extra }
}

/** An inpainting UNet that is to draw everything sees a mask of ones and a grey picture (AUTOMATIC1111). */
async function coverAll(parts: GroundParts, size: Size): Promise<Float32Array> {
  const { width, height } = latentSizeOf(size)
  const grey = new Float32Array(3 * size.width * size.height)
  return joined(new Float32Array(width * height).fill(1), await encode(parts, grey, size))
}

export async function encode(
  { pipeline, tile, checkpoint }: Omit<GroundParts, 'noise'>,
  planes: Float32Array,
  size: Size,
): Promise<Float32Array> {
  const latentSize = latentSizeOf(size)
  await checkpoint()
  const { mean } = await pipeline.vae.encode(planes, latentSize, tile)
  if (mean.length !== latentLength(latentSize)) {
    throw new ReverieError(
      'model_invalid',
      `the VAE encoder gave ${mean.length} values for ${size.width} x ${size.height} pixels, not ${latentLength(latentSize)}`,
    )
  }
  // The encoder may write its next picture over this one.
  return mean.slice()
}

function replace(latents: Float32Array, mask: Float32Array, value: (i: number) => number): void {
  for (let i = 0; i < latents.length; i++) {
    if (mask[i % mask.length] === 1) latents[i] = value(i)
  }
}

function joined(mask: Float32Array, latents: Float32Array): Float32Array {
  const all = new Float32Array((1 + LATENT_CHANNELS) * mask.length)
  all.set(mask)
  all.set(latents, mask.length)
  return all
}
