import type { ImageFormat } from '@reverie/core'
import { pictureFormatOf } from '@reverie/trust'
import sharp, { type Sharp } from 'sharp'
import type { RgbImage } from './raster.ts'

export interface EncodeOptions {
  readonly format: ImageFormat
  /** Of WebP and JPEG, 1 to 100. @defaultValue 90 */
  readonly quality?: number | undefined
  /** AUTOMATIC1111's settings text: in a PNG as text, else as EXIF's user comment. Left out of the file when undefined. */
  readonly settings?: string | undefined
}

const DEFAULT_QUALITY = 90

/** Encodes a picture as a file. The same input gives the same bytes. */
export async function encodeImage(
  { rgb, width, height }: RgbImage,
  { format, quality = DEFAULT_QUALITY, settings }: EncodeOptions,
): Promise<Uint8Array> {
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } })
  const file = new Uint8Array(await ENCODERS[format](picture, quality).toBuffer())
  return settings === undefined ? file : pictureFormatOf(file).withSettings(file, settings)
}

const ENCODERS: Record<ImageFormat, (picture: Sharp, quality: number) => Sharp> = {
  png: (picture) => picture.png({ compressionLevel: 6, adaptiveFiltering: true, palette: false }),
  webp: (picture, quality) => picture.webp({ quality, effort: 4 }),
  // Full colour resolution: red detail on blue is what diffusion models like to draw.
  jpeg: (picture, quality) => picture.jpeg({ quality, chromaSubsampling: '4:4:4', mozjpeg: false }),
}

/** Sides of a preview, pixels: small enough to travel with progress. */
const PREVIEW_SIDE = 256
const PREVIEW_QUALITY = 70

/** A small JPEG of a picture under way, at most 256 pixels a side. */
export const encodePreview = async ({ rgb, width, height }: RgbImage): Promise<Uint8Array> =>
  sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ width: PREVIEW_SIDE, height: PREVIEW_SIDE, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: PREVIEW_QUALITY })
    .toBuffer()
