/** Latent channels of the family sd1. */
export const LATENT_CHANNELS = 4
/** Pixels per latent, on each side. */
export const PIXELS_PER_LATENT = 8

/** Size of a latent image. */
export interface LatentSize {
  readonly width: number
  readonly height: number
}

export const latentSizeOf = (image: { width: number; height: number }): LatentSize => ({
  width: image.width / PIXELS_PER_LATENT,
  height: image.height / PIXELS_PER_LATENT,
})

/** Values in the latents of one image. */
export const latentLength = ({ width, height }: LatentSize): number =>
  LATENT_CHANNELS * width * height
