import type { Raster, Size } from '../images/raster.ts'
import { gaussianBlur } from './gaussian-blur.ts'
import { type SceneMask, widened } from './mask.ts'
import { blank, type Margins } from './raster-geometry.ts'

/** Radius of a seam's blur where none is asked for, pixels: that of a mask's edge. */
const BLUR = 4
/** The seam is twice as soft as a mask's edge and lies inside the picture, as in AUTOMATIC1111's outpainting script. */
const SEAM = 2

/**
 * Masks of the margins around a picture. Latents are redrawn in the margins and a little inside; the finished picture
 * passes from the drawing to the old pixels over a blurred seam inside the old edge, so that no line shows.
 */
export function marginMasks(size: Size, margins: Margins, blur: number = BLUR): SceneMask {
  const seam = blur * SEAM
  return {
    latent: framed(size, margins, Math.floor(blur / 2)),
    overlay: widened(gaussianBlur(framed(size, margins, seam), seam)),
  }
}

/** White in the margins and `inset` pixels beyond those that are there, black inside. */
function framed(size: Size, margins: Margins, inset: number): Raster {
  const mask = blank(size, 1, 255)
  const beyond = (margin: number) => (margin > 0 ? margin + inset : 0)
  const right = size.width - beyond(margins.right)
  const bottom = size.height - beyond(margins.bottom)
  for (let y = beyond(margins.top); y < bottom; y++) {
    const row = y * size.width
    const left = beyond(margins.left)
    if (left < right) mask.bytes.fill(0, row + left, row + right)
  }
  return mask
}
