import sharp from 'sharp'
import { isSameSize, type Raster, type Size } from './raster.ts'

/**
 * Resamples to exactly `size` with a Lanczos kernel of three lobes, which widens when it shrinks. A raster that has the
 * size already is returned as it is. The same input gives the same bytes on one machine.
 */
export async function resize(raster: Raster, { width, height }: Size): Promise<Raster> {
  if (isSameSize(raster, { width, height })) return raster
  const { channels } = raster
  const pipeline = sharp(raster.bytes, {
    raw: { width: raster.width, height: raster.height, channels },
    limitInputPixels: false,
  }).resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
  // Without a colourspace of one channel, sharp makes three of a mask's one.
  const bytes = await (channels === 1 ? pipeline.toColourspace('b-w') : pipeline).raw().toBuffer()
  return { bytes: new Uint8Array(bytes), channels, width, height }
}
