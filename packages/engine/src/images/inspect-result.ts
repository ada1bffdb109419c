import { type ImageFormat, MAX_IMAGE_BYTES, ReverieError } from '@reverie/core'
import { pictureFormatOf } from '@reverie/trust'
import sharp from 'sharp'

export interface InspectLimits {
  /** Width times height. */
  readonly maxPixels: number
  /** @defaultValue core's MAX_IMAGE_BYTES */
  readonly maxBytes?: number
}

/**
 * Decodes the file that a stranger calls a finished picture, completely, within limits.
 * @returns its format and its size in pixels
 * @throws ReverieError `result_image_invalid` when it is too large, no PNG, WebP or JPEG, truncated or damaged
 */
export async function inspectResult(
  bytes: Uint8Array,
  { maxPixels, maxBytes = MAX_IMAGE_BYTES }: InspectLimits,
): Promise<{ readonly format: ImageFormat; readonly width: number; readonly height: number }> {
  if (bytes.length > maxBytes) {
    throw invalid(`it has ${bytes.length} bytes; at most ${maxBytes} are taken`)
  }
  const { format, size } = await attempt(() => {
    const found = pictureFormatOf(bytes)
    return { format: found.name, size: found.size(bytes) }
  })
  const { width, height } = size
  if (width * height > maxPixels) {
    throw invalid(`it has ${width} x ${height} pixels; at most ${maxPixels} are taken`)
  }
  const { info } = await attempt(() =>
    sharp(bytes, { limitInputPixels: maxPixels, failOn: 'truncated', animated: false })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  )
  if (info.width === width && info.height === height) return { format, width, height }
  throw invalid(
    `its header says ${width} x ${height} pixels, its data ${info.width} x ${info.height}`,
  )
}

/** Every way to fail here is the sender's. */
async function attempt<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

const invalid = (why: string, cause?: unknown): ReverieError =>
  new ReverieError(
    'result_image_invalid',
    `the image is not a PNG, WebP or JPEG that can be taken: ${why}`,
    {},
    { cause },
  )
