import type { Fit } from '@reverie/core'
import { isSameSize, type Raster, type Size } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import { crop, extendEdges } from './raster-geometry.ts'

/** Brings a raster to `size`; one that has it already keeps its bytes. See {@link Fit}. */
export async function fit(raster: Raster, size: Size, how: Fit): Promise<Raster> {
  if (how === 'stretch' || isSameSize(raster, size)) return resize(raster, size)
  const ratios = [size.width / raster.width, size.height / raster.height]
  const scale = how === 'crop' ? Math.max(...ratios) : Math.min(...ratios)
  const limit = how === 'crop' ? Math.max : Math.min
  const scaled = await resize(raster, {
    width: Math.max(1, limit(size.width, Math.round(raster.width * scale))),
    height: Math.max(1, limit(size.height, Math.round(raster.height * scale))),
  })
  if (how === 'crop') {
    const left = Math.floor((scaled.width - size.width) / 2)
    const top = Math.floor((scaled.height - size.height) / 2)
    return crop(scaled, { left, top, ...size })
  }
  const left = Math.floor((size.width - scaled.width) / 2)
  const top = Math.floor((size.height - scaled.height) / 2)
  return extendEdges(scaled, {
    left,
    top,
    right: size.width - scaled.width - left,
    bottom: size.height - scaled.height - top,
  })
}
