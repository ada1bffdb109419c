import { type LatentSize, PIXELS_PER_LATENT } from './geometry.ts'
import { type LinearColours, paintLatents } from './linear-colours.ts'
import type { Pipeline } from './pipeline.ts'

export interface PreviewParts {
  /** TAESD where the model has one. */
  readonly tiny: ((latents: Float32Array, size: LatentSize) => Promise<Uint8Array>) | undefined
  /** Asked for once, and only where there is no TAESD. */
  readonly colours: () => Promise<LinearColours>
}

export function createPreview({ tiny, colours }: PreviewParts): Pipeline['preview'] {
  let known: Promise<LinearColours> | undefined
  return async (latents, { width, height }) => {
    const size = { width, height }
    if (tiny !== undefined) {
      const rgb = await tiny(latents, size)
      return { rgb, width: width * PIXELS_PER_LATENT, height: height * PIXELS_PER_LATENT }
    }
    known ??= colours().catch((error: unknown) => {
      // A failure, such as memory that ran out, is not remembered.
      known = undefined
      throw error
    })
    return { rgb: paintLatents(await known, latents, size), ...size }
  }
}
