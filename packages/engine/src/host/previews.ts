import { type EngineProgress, type Logger, MAX_PREVIEW_BYTES } from '@reverie/core'
import { encodePreview } from '../images/encode-image.ts'
import type { RgbImage } from '../images/raster.ts'

/** Sends a picture under way along with the progress made so far. */
export interface Previews {
  readonly show: (picture: RgbImage) => void
  /** Resolves when all have been sent. */
  sent(): Promise<void>
}

export function createPreviews(
  lastProgress: () => EngineProgress | undefined,
  onProgress: (progress: EngineProgress) => void,
  logger: Logger,
): Previews {
  let line = Promise.resolve()
  const send = async (picture: RgbImage) => {
    const preview = await encodePreview(picture)
    const progress = lastProgress()
    if (progress !== undefined && preview.length <= MAX_PREVIEW_BYTES) {
      onProgress({ ...progress, preview })
    }
  }
  return {
    show: (picture) => {
      // Without a preview the picture comes all the same.
      line = line
        .then(() => send(picture))
        .catch((error: unknown) => logger.debug('preview failed', { reason: String(error) }))
    },
    sent: () => line,
  }
}
