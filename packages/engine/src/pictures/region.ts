import type { Raster, Size } from '../images/raster.ts'
import type { Rect } from './raster-geometry.ts'

/** The smallest part of a mask that holds every pixel which is not black; undefined where all are. */
export function coveredPart({ bytes, width, height }: Raster): Rect | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (bytes[y * width + x] === 0) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
    }
  }
  if (bottom < 0) return undefined
  return { left, top, width: right - left + 1, height: bottom - top + 1 }
}

/**
 * The part of a picture of size `within` that is redrawn at full size: `part` and `padding` pixels around it, then grown to
 * the shape of `within` and moved inside it (AUTOMATIC1111's "only masked").
 */
export function regionAround(part: Rect, padding: number, within: Size): Rect {
  const left = Math.max(0, part.left - padding)
  const top = Math.max(0, part.top - padding)
  const width = Math.min(within.width, part.left + part.width + padding) - left
  const height = Math.min(within.height, part.top + part.height + padding) - top
  const shape = within.width / within.height
  const grown = {
    width: Math.min(within.width, Math.max(width, Math.round(height * shape))),
    height: Math.min(within.height, Math.max(height, Math.round(width / shape))),
  }
  return {
    left: grow(left, width, grown.width, within.width),
    top: grow(top, height, grown.height, within.height),
    ...grown,
  }
}

/** Where a stretch begins that grew evenly at both ends, as far as `within` lets it. */
const grow = (start: number, length: number, grown: number, within: number): number =>
  Math.min(within - grown, Math.max(0, start - Math.floor((grown - length) / 2)))
