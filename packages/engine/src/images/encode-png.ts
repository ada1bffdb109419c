import { writePngText } from '@reverie/trust/png'
import sharp from 'sharp'

export interface RgbImage {
  /** Interleaved, 3 bytes a pixel. */
  readonly rgb: Uint8Array
  readonly width: number
  readonly height: number
}

/** Where AUTOMATIC1111 and the tools that read its images look for the settings. */
const PARAMETERS_KEYWORD = 'parameters'

/**
 * Encodes a PNG with `parameters` as its AUTOMATIC1111 text, see {@link formatParameters}. The same input gives the same
 * bytes.
 */
export async function encodePng(
  { rgb, width, height }: RgbImage,
  parameters: string,
): Promise<Uint8Array> {
  const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 6, adaptiveFiltering: true, palette: false })
    .toBuffer()
  return writePngText(png, [{ keyword: PARAMETERS_KEYWORD, text: parameters }])
}
