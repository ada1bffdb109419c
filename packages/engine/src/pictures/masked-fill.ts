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
  const kept = Float64Array.from(mask.bytes, (value) => 1 - value / 255)
  // Colours premultiplied by how much of the pixel is kept, so that a blur spreads only what is.
  const planes = [0, 1, 2].map((channel) =>
    kept.map((share, i) => share * (picture.bytes[i * 3 + channel] as number)),
  )
  const filled = new Float64Array(pixels * 3)
  const covered = new Float64Array(pixels)
  for (const [sigma, repeats] of LAYERS) {
    const alpha = boxBlur(kept, picture, sigma)
    const colours = planes.map((plane) => boxBlur(plane, picture, sigma))
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (let i = 0; i < pixels; i++) {
        const over = 1 - (alpha[i] as number)
        for (let c = 0; c < 3; c++) {
          const at = i * 3 + c
          filled[at] = (colours[c]?.[i] as number) + over * (filled[at] as number)
        }
        covered[i] = (alpha[i] as number) + over * (covered[i] as number)
      }
    }
  }
  return {
    ...picture,
    bytes: Uint8Array.from(filled, (value, at) => {
      const share = covered[Math.floor(at / 3)] as number
      return share > 0 ? Math.min(255, Math.round(value / share)) : 0
    }),
  }
}
