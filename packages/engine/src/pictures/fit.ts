import type { Fit } from '@reverie/core'
import { isSameSize, type Raster, type Size } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import { crop, extendEdges } from './raster-geometry.ts'

/** Times as long as needed that a picture to be cut may be when it is resized: a strip would unpack to gigabytes. */
const LONGEST_CUT = 4

/** Brings a raster to `size`; one that has it already keeps its bytes. See {@link Fit}. */
export async function fit(raster: Raster, size: Size, how: Fit): Promise<Raster> {
  if (how === 'stretch' || isSameSize(raster, size)) return resize(raster, size)
  const whole = how === 'crop' ? withoutLongEnds(raster, size) : raster
  const ratios = [size.width / whole.width, size.height / whole.height]
  const scale = how === 'crop' ? Math.max(...ratios) : Math.min(...ratios)
  const limit = how === 'crop' ? Math.max : Math.min
  const scaled = await resize(whole, {
    width: Math.max(1, limit(size.width, Math.round(whole.width * scale))),
    height: Math.max(1, limit(size.height, Math.round(whole.height * scale))),
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

/** The middle of a strip, long enough for what is cut out of it; the picture itself where it is none. */
function withoutLongEnds(raster: Raster, size: Size): Raster {
  const width = kept(raster.width, raster.height * (size.width / size.height))
  const height = kept(raster.height, raster.width * (size.height / size.width))
  const left = Math.floor((raster.width - width) / 2)
  const top = Math.floor((raster.height - height) / 2)
  return crop(raster, { left, top, width, height })
}

const kept = (length: number, needed: number): number =>
  length > LONGEST_CUT * needed ? Math.max(1, Math.ceil(LONGEST_CUT * needed)) : length
