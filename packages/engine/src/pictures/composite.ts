import type { Raster } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import type { Rect } from './raster-geometry.ts'

/**
 * Lays a drawing over the part `region` of a picture, as far as `overlay` lets it show (0 nothing, 255 all). Pixels where it
 * lets nothing show keep their bytes.
 */
export async function composite(
  picture: Raster,
  drawing: Raster,
  overlay: Raster,
  region: Rect,
): Promise<Raster> {
  const drawn = await resize(drawing, region)
  const bytes = picture.bytes.slice()
  for (let y = 0; y < region.height; y++) {
    for (let x = 0; x < region.width; x++) {
      const pixel = (region.top + y) * picture.width + region.left + x
      const share = overlay.bytes[pixel] as number
      if (share === 0) continue
      for (let c = 0; c < 3; c++) {
        const from = drawn.bytes[(y * region.width + x) * 3 + c] as number
        const under = bytes[pixel * 3 + c] as number
        bytes[pixel * 3 + c] = Math.round((from * share + under * (255 - share)) / 255)
      }
    }
  }
  return { ...picture, bytes }
}
