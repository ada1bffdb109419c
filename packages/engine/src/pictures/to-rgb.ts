/**
 * Planes of red, green and blue from -1 to 1 ([3, height, width]) -> interleaved bytes, clamped and rounded to nearest.
 */
export function toRgb(planes: Float32Array): Uint8Array {
  const pixels = planes.length / 3
  const rgb = new Uint8ClampedArray(planes.length)
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const value = planes[channel * pixels + pixel] ?? 0
      rgb[pixel * 3 + channel] = Math.floor((Math.min(1, Math.max(-1, value)) + 1) * 127.5 + 0.5)
    }
  }
  return new Uint8Array(rgb.buffer)
}
