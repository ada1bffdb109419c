/** What training did with latents between VAE and UNet: (latents - shift) * scale. */
export interface LatentScaling {
  readonly scale: number
  readonly shift: number
}
