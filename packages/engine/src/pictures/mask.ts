import type { Raster } from '../images/raster.ts'
import { type LatentSize, PIXELS_PER_LATENT } from '../pipeline/geometry.ts'

/** What is redrawn of a picture, all at the picture's size. */
export interface SceneMask {
  /** Decides which latents are redrawn: white is. */
  readonly latent: Raster
  /** How much of the drawing shows in the end: 0 keeps the picture's bytes. */
  readonly overlay: Raster
}

export const inverted = (mask: Raster): Raster => ({
  ...mask,
  bytes: mask.bytes.map((value) => 255 - value),
})

/**
 * How much of the drawing the finished picture shows where it was drawn as a whole: all of it from half grey on, so that
 * the blurred edge lies outside what the mask covers (AUTOMATIC1111).
 */
export const widened = (mask: Raster): Raster => ({
  ...mask,
  bytes: mask.bytes.map((value) => Math.min(255, 2 * value)),
})

/**
 * Which latents are redrawn: 1 where the mean of the mask over a latent's pixels is half grey or more, else 0.
 * AUTOMATIC1111 rounds a bicubic reduction; the mean agrees with it on straight edges.
 */
export function latentMask(mask: Raster, size: LatentSize): Float32Array {
  const pixels = PIXELS_PER_LATENT * PIXELS_PER_LATENT
  return eachLatent(size, (left, top) => {
    let sum = 0
    for (let y = 0; y < PIXELS_PER_LATENT; y++) {
      const start = (top + y) * mask.width + left
      for (let x = 0; x < PIXELS_PER_LATENT; x++) sum += mask.bytes[start + x] as number
    }
    return sum / pixels / 255 >= 0.5 ? 1 : 0
  })
}

/** The mask that an inpainting UNet is given: at each latent's first pixel, rounded to 0 or 1. */
export const pickedMask = (mask: Raster, size: LatentSize): Float32Array =>
  eachLatent(size, (left, top) =>
    isCovered(mask.bytes[top * mask.width + left] as number) ? 1 : 0,
  )

/** Half grey or more. */
export const isCovered = (value: number): boolean => value >= 127.5

const eachLatent = (
  { width, height }: LatentSize,
  value: (left: number, top: number) => number,
): Float32Array =>
  Float32Array.from({ length: width * height }, (_, i) =>
    value((i % width) * PIXELS_PER_LATENT, Math.floor(i / width) * PIXELS_PER_LATENT),
  )
