import { MAX_IMAGE_BYTES, ReverieError } from '@reverie/core'
import { readPngSize } from '@reverie/trust/png'
import sharp from 'sharp'

export interface InspectLimits {
  /** Width times height. */
  readonly maxPixels: number
  /** @defaultValue core's MAX_IMAGE_BYTES */
  readonly maxBytes?: number
}

/**
 * Decodes bytes that a stranger calls a PNG, completely, within limits, and returns its size in pixels.
 * @throws ReverieError `result_image_invalid` when it is too large, no PNG, truncated or damaged
 */
export async function inspectPng(
  bytes: Uint8Array,
  { maxPixels, maxBytes = MAX_IMAGE_BYTES }: InspectLimits,
): Promise<{ readonly width: number; readonly height: number }> {
  if (bytes.length > maxBytes) {
    throw invalid(`it has ${bytes.length} bytes; at most ${maxBytes} are taken`)
  }
  const { width, height } = await attempt(() => readPngSize(bytes))
  if (width * height > maxPixels) {
    throw invalid(`it has ${width} x ${height} pixels; at most ${maxPixels} are taken`)
  }
  const decoded = await attempt(() =>
    sharp(bytes, { limitInputPixels: maxPixels, failOn: 'truncated', animated: false })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  )
  if (decoded.info.width === width && decoded.info.height === height) return { width, height }
  throw invalid(
    `its header says ${width} x ${height} pixels, its data ${decoded.info.width} x ${decoded.info.height}`,
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
    `the image is not a PNG that can be taken: ${why}`,
    {},
    { cause },
  )
