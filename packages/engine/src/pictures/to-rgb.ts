/**
 * Planes of red, green and blue ([3, height, width]), black at `low` and white at `high`, -> interleaved bytes, clamped and
 * rounded to nearest.
 */
export function toRgb(planes: Float32Array, low = -1, high = 1): Uint8Array {
  const pixels = planes.length / 3
  const rgb = new Uint8ClampedArray(planes.length)
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = planes[channel * pixels + pixel] ?? 0
      rgb[pixel * 3 + channel] = Math.floor(
        (Math.min(high, Math.max(low, value)) - low) * (255 / (high - low)) + 0.5,
      )
    }
  }
  return new Uint8Array(rgb.buffer)
}
