import type { Raster, Size } from '../images/raster.ts'

/** A part of a raster, pixels; inside it. */
export interface Rect extends Size {
  readonly left: number
  readonly top: number
}

/** Pixels added to each side. */
export interface Margins {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export const wholeOf = ({ width, height }: Size): Rect => ({ left: 0, top: 0, width, height })

export const blank = (
  { width, height }: Size,
  channels: Raster['channels'],
  value = 0,
): Raster => ({
  bytes: new Uint8Array(width * height * channels).fill(value),
  channels,
  width,
  height,
})

export function crop(raster: Raster, { left, top, width, height }: Rect): Raster {
  if (left === 0 && top === 0 && width === raster.width && height === raster.height) return raster
  const { channels } = raster
  const part = blank({ width, height }, channels)
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * raster.width + left) * channels
    part.bytes.set(raster.bytes.subarray(start, start + width * channels), row * width * channels)
  }
  return part
}

/** Adds margins that repeat the edge pixels. */
export function extendEdges(raster: Raster, margins: Margins): Raster {
  const { channels } = raster
  const width = raster.width + margins.left + margins.right
  const height = raster.height + margins.top + margins.bottom
  const larger = blank({ width, height }, channels)
  for (let y = 0; y < height; y++) {
    const sourceRow = clamp(y - margins.top, raster.height) * raster.width
    for (let x = 0; x < width; x++) {
      const source = (sourceRow + clamp(x - margins.left, raster.width)) * channels
      const target = (y * width + x) * channels
      for (let c = 0; c < channels; c++)
        larger.bytes[target + c] = raster.bytes[source + c] as number
    }
  }
  return larger
}

const clamp = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at))

/** The larger of two masks at each pixel. */
export const union = (a: Raster, b: Raster): Raster => ({
  ...a,
  bytes: a.bytes.map((value, i) => Math.max(value, b.bytes[i] as number)),
})
