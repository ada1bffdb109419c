import { MAX_INPUT_BYTES, MAX_INPUT_PIXELS, ReverieError } from '@reverie/core'
import { findPictureFormat } from '@reverie/trust'
import sharp, { type Sharp } from 'sharp'
import type { RgbImage } from './raster.ts'

export interface InputLimits {
  /** What the picture is for, e.g. "init.image": named in errors. */
  readonly field: string
  /** Width times height. @defaultValue core's MAX_INPUT_PIXELS */
  readonly maxPixels?: number
  /** @defaultValue core's MAX_INPUT_BYTES */
  readonly maxBytes?: number
}

/** Shades of grey, one byte a pixel, row by row; 255 is white. */
export interface GreyImage {
  readonly grey: Uint8Array
  readonly width: number
  readonly height: number
}

/** What is behind transparent pixels of a picture to start from. */
const BEHIND = { r: 255, g: 255, b: 255 }
/** Transparent parts of a mask are not masked. */
const UNMASKED = { r: 0, g: 0, b: 0 }

/**
 * Decodes a PNG, JPEG or WebP of an artist as 8-bit sRGB, turned as its EXIF says, on white where it is transparent.
 * The header is held against the limits before a pixel is unpacked.
 * @throws ReverieError `input_invalid` naming the field: too large, another kind of file, truncated or damaged
 */
export async function decodeInput(bytes: Uint8Array, limits: InputLimits): Promise<RgbImage> {
  const { data, info } = await decode(bytes, limits, (picture) =>
    picture.flatten({ background: BEHIND }).toColourspace('srgb').removeAlpha(),
  )
  return { rgb: plain(data), width: info.width, height: info.height }
}

/**
 * Decodes a mask: its brightness, black where it is transparent.
 * @throws ReverieError `input_invalid`
 */
export async function decodeMask(bytes: Uint8Array, limits: InputLimits): Promise<GreyImage> {
  const { data, info } = await decode(bytes, limits, (picture) =>
    picture.flatten({ background: UNMASKED }).removeAlpha().greyscale().toColourspace('b-w'),
  )
  return { grey: plain(data), width: info.width, height: info.height }
}

/**
 * Size of an input picture as it will be decoded, from its header alone; pixels may still turn out damaged.
 * @throws ReverieError `input_invalid`
 */
export async function inspectInput(
  bytes: Uint8Array,
  { field, maxPixels = MAX_INPUT_PIXELS, maxBytes = MAX_INPUT_BYTES }: InputLimits,
): Promise<{ readonly width: number; readonly height: number }> {
  if (bytes.length > maxBytes) {
    const accepted = `at most ${maxBytes} bytes`
    throw invalid(field, `it has ${bytes.length} bytes; ${accepted} are taken`, { accepted })
  }
  if (findPictureFormat(bytes) === undefined) {
    throw invalid(field, 'it is not a PNG, JPEG or WebP by its first bytes')
  }
  const {
    width,
    height,
    autoOrient,
    pages = 1,
  } = await attempt(field, () => sharp(bytes, { limitInputPixels: false }).metadata())
  if (width * height * pages > maxPixels) {
    const accepted = `at most ${maxPixels} pixels`
    const size = `${width} x ${height} pixels${pages > 1 ? ` in ${pages} frames` : ''}`
    throw invalid(field, `it unpacks to ${size}; ${accepted} are taken`, { accepted })
  }
  return { width: autoOrient.width, height: autoOrient.height }
}

async function decode(bytes: Uint8Array, limits: InputLimits, treat: (picture: Sharp) => Sharp) {
  const { field, maxPixels = MAX_INPUT_PIXELS } = limits
  await inspectInput(bytes, limits)
  return attempt(field, () =>
    treat(sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' }).autoOrient())
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  )
}

/** The same bytes without what Node's Buffer adds. */
const plain = ({ buffer, byteOffset, length }: Buffer): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length)

/** Every way to fail here is the sender's. */
async function attempt<T>(field: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    const [why = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    throw invalid(field, why, { cause })
  }
}

const invalid = (
  field: string,
  why: string,
  { accepted = 'PNG, JPEG or WebP', cause }: { accepted?: string; cause?: unknown } = {},
): ReverieError =>
  new ReverieError(
    'input_invalid',
    `The picture of ${field} cannot be used: ${why}`,
    { field, accepted },
    { cause },
  )
