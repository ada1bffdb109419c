import type { RgbImage } from '../images/raster.ts'

/** A picture as networks see it: [3, height, width], each byte times `scale` plus `offset`. */
export function toScaledPlanes(
  { rgb }: Pick<RgbImage, 'rgb'>,
  { scale, offset }: { readonly scale: number; readonly offset: number },
): Float32Array {
  const pixels = rgb.length / 3
  const planes = new Float32Array(rgb.length)
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      planes[channel * pixels + pixel] = (rgb[pixel * 3 + channel] as number) * scale + offset
    }
  }
  return planes
}

/** The inverse of {@link toScaledPlanes}, clamped and rounded to nearest. */
export function fromScaledPlanes(
  planes: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  { scale, offset }: { readonly scale: number; readonly offset: number },
): RgbImage {
  const pixels = width * height
  const rgb = new Uint8ClampedArray(pixels * 3)
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = ((planes[channel * pixels + pixel] as number) - offset) / scale
      rgb[pixel * 3 + channel] = Math.floor(value + 0.5)
    }
  }
  return { rgb: new Uint8Array(rgb.buffer), width, height }
}

/** Bytes as 0 to 1. */
export const UNIT = { scale: 1 / 255, offset: 0 } as const
/** Bytes as -1 to 1. */
export const SIGNED = { scale: 1 / 127.5, offset: -1 } as const
