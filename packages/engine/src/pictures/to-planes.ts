import type { Raster } from '../images/raster.ts'

/** Interleaved bytes -> planes of red, green and blue, [3, height, width]: `low` where black, `high` where white. */
export function toPlanes({ bytes }: Raster, low: number, high: number): Float32Array {
  const pixels = bytes.length / 3
  const planes = new Float32Array(bytes.length)
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      planes[channel * pixels + pixel] =
        low + ((bytes[pixel * 3 + channel] as number) / 255) * (high - low)
    }
  }
  return planes
}
