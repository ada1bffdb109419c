import type { Raster } from '../images/raster.ts'
import { boxBlur } from './box-blur.ts'

/** Deviations of the blurs, coarse to fine, and how often each is laid over what is there: those of AUTOMATIC1111. */
const LAYERS = [
  [256, 1],
  [64, 1],
  [16, 2],
  [4, 4],
  [2, 2],
  [0, 1],
] as const

/**
 * Fills what a mask covers with the colours around it: the uncovered part, blurred from coarse to fine, layer over layer
 * (AUTOMATIC1111's masked content "fill"). What the mask does not cover is unchanged.
 */
export function maskedFill(picture: Raster, mask: Raster): Raster {
  const pixels = picture.width * picture.height
  const kept = new Float64Array(pixels)
  for (let i = 0; i < pixels; i++) kept[i] = 1 - (mask.bytes[i] as number) / 255
  // Colours premultiplied by how much of the pixel is kept, so that a blur spreads only what is; then that share itself.
  const planes = [0, 1, 2].map((channel) => premultiplied(picture, channel, kept))
  planes.push(kept)
  const filled = planes.map(() => new Float64Array(pixels))
  for (const [sigma, repeats] of LAYERS) {
    const shares = boxBlur(kept, picture, sigma)
    planes.forEach((plane, i) => {
      const layer = plane === kept ? shares : boxBlur(plane, picture, sigma)
      layOver(filled[i] as Float64Array, layer, shares, repeats)
    })
  }
  const covered = filled.pop() as Float64Array
  const bytes = new Uint8Array(pixels * 3)
  filled.forEach((plane, channel) => {
    for (let i = 0; i < pixels; i++) {
      const share = covered[i] as number
      const value = share > 0 ? Math.round((plane[i] as number) / share) : 0
      bytes[i * 3 + channel] = Math.min(255, value)
    }
  })
  return { ...picture, bytes }
}

function premultiplied({ bytes }: Raster, channel: number, kept: Float64Array): Float64Array {
  const plane = new Float64Array(kept.length)
  for (let i = 0; i < plane.length; i++) {
    plane[i] = (kept[i] as number) * (bytes[i * 3 + channel] as number)
  }
  return plane
}

/** Lays a layer over a plane `repeats` times; what a layer's share does not cover shows what is under it. */
function layOver(
  plane: Float64Array,
  layer: Float64Array,
  shares: Float64Array,
  repeats: number,
): void {
  for (let i = 0; i < plane.length; i++) {
    const value = layer[i] as number
    const through = 1 - (shares[i] as number)
    let under = plane[i] as number
    for (let repeat = 0; repeat < repeats; repeat++) under = value + through * under
    plane[i] = under
  }
}
