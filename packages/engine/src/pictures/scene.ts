import { drawnSize, type Sha256 } from '@reverie/core'
import { decodeInput, decodeMask } from '../images/decode-input.ts'
import { isSameSize, type Raster, rasterOf, type Size } from '../images/raster.ts'
import type { DrawInputs, DrawRequest } from './drawing.ts'
import { fit } from './fit.ts'
import { gaussianBlur } from './gaussian-blur.ts'
import { marginMasks } from './margin-masks.ts'
import { inverted, type SceneMask, widened } from './mask.ts'
import { extendEdges, type Margins, type Rect, union, wholeOf } from './raster-geometry.ts'
import { inputInvalid } from './refuse.ts'
import { coveredPart, regionAround } from './region.ts'

/** The picture that a drawing starts from, brought to the finished size. */
export interface Scene {
  readonly picture: Raster
  readonly mask: SceneMask | undefined
  /** The part that is drawn. */
  readonly region: Rect
}

/**
 * Reads the picture and the mask of a request and lays them out at the size of the finished drawing. Undefined when the
 * drawing starts from noise alone.
 * @throws ReverieError `input_invalid`
 */
export async function readScene(
  request: DrawRequest,
  images: DrawInputs['images'],
): Promise<Scene | undefined> {
  const { init, inpaint, outpaint } = request
  if (init === undefined) return undefined
  const picture = await readPicture(images, init.image, 'init.image')
  const mask = inpaint && (await readMask(inpaint, picture, images))
  const size = drawnSize(request)
  const scale = size.width / request.width
  const margins = outpaint && scaled(outpaint, scale)
  const inner = margins === undefined ? size : within(size, margins)
  const place = async (raster: Raster) => {
    const fitted = await fit(raster, inner, init.fit)
    return margins === undefined ? fitted : extendEdges(fitted, margins)
  }
  const placed = await place(picture)
  const latent = mask && (await place(mask))
  const overlay = latent && (inpaint?.area === 'masked' ? latent : widened(latent))
  const drawn = latent && overlay && { latent, overlay }
  const all = margins === undefined ? drawn : withMargins(drawn, placed, margins, inpaint?.blur)
  return {
    picture: placed,
    mask: all,
    region:
      all !== undefined && inpaint?.area === 'masked'
        ? maskedRegion(all.overlay, Math.round(inpaint.padding * scale))
        : wholeOf(size),
  }
}

/** @throws ReverieError `input_invalid` when its bytes are not among the inputs or are no picture that is taken */
export async function readPicture(
  images: DrawInputs['images'],
  hash: Sha256,
  field: string,
): Promise<Raster> {
  return rasterOf(await decodeInput(bytesOf(images, hash, field), { field }))
}

function bytesOf(images: DrawInputs['images'], hash: Sha256, field: string): Uint8Array {
  const bytes = images?.get(hash)
  if (bytes !== undefined) return bytes
  throw inputInvalid(field, `the input picture ${hash} did not come with the job; send it again`)
}

async function readMask(
  { mask: hash, invert, blur }: NonNullable<DrawRequest['inpaint']>,
  picture: Size,
  images: DrawInputs['images'],
): Promise<Raster> {
  const field = 'inpaint.mask'
  const { grey, ...size } = await decodeMask(bytesOf(images, hash, field), { field })
  const mask: Raster = { bytes: grey, channels: 1, ...size }
  if (!isSameSize(mask, picture)) {
    throw inputInvalid(
      field,
      `the mask is ${mask.width} x ${mask.height} pixels, its picture ${picture.width} x ${picture.height}`,
      `a mask of ${picture.width} x ${picture.height} pixels`,
    )
  }
  const blurred = gaussianBlur(invert ? inverted(mask) : mask, blur)
  if (coveredPart(blurred) === undefined) {
    throw inputInvalid(
      field,
      invert
        ? 'the inverted mask is white everywhere: nothing would be redrawn'
        : 'the mask is black everywhere: nothing would be redrawn',
      'a mask with a part to redraw',
    )
  }
  return blurred
}

/** What the margins add to a mask, which there is only inside them. */
function withMargins(
  mask: SceneMask | undefined,
  size: Size,
  margins: Margins,
  blur: number | undefined,
): SceneMask {
  const added = marginMasks(size, margins, blur)
  if (mask === undefined) return added
  return { latent: union(mask.latent, added.latent), overlay: union(mask.overlay, added.overlay) }
}

const maskedRegion = (mask: Raster, padding: number): Rect => {
  const part = coveredPart(mask)
  return part === undefined ? wholeOf(mask) : regionAround(part, padding, mask)
}

const scaled = ({ left, top, right, bottom }: Margins, by: number): Margins => ({
  left: Math.round(left * by),
  top: Math.round(top * by),
  right: Math.round(right * by),
  bottom: Math.round(bottom * by),
})

const within = (size: Size, { left, top, right, bottom }: Margins): Size => ({
  width: Math.max(1, size.width - left - right),
  height: Math.max(1, size.height - top - bottom),
})
