import { finishedSize, type JobSpec } from '@reverie/core'
import { type RgbImage, rasterOf, rgbOf } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import type { Companions } from './companions.ts'

export interface Finished {
  readonly image: RgbImage
  /** The safety model flagged the picture; the image is blank. */
  readonly flagged: boolean
  readonly notes: readonly string[]
}

type FinishRequest = Pick<
  JobSpec,
  'width' | 'height' | 'hires' | 'upscale' | 'restoreFaces' | 'safety'
>

/**
 * What happens to a picture after it is drawn: its safety is judged, then faces are restored, then it is enlarged. A
 * flagged picture is delivered blank, at the finished size.
 * @throws ReverieError what the models throw, or `checkpoint`
 */
export async function finishPicture(
  drawn: RgbImage,
  job: FinishRequest,
  companions: Companions,
  checkpoint: () => Promise<void>,
): Promise<Finished> {
  const size = finishedSize(job)
  if (job.safety !== undefined) {
    await checkpoint()
    const checker = await companions.safetyChecker(job.safety.model)
    if (await checker.isFlagged(drawn)) {
      const rgb = new Uint8Array(size.width * size.height * 3).fill(BLANK)
      return { image: { ...size, rgb }, flagged: true, notes: [FLAGGED] }
    }
  }
  const notes: string[] = []
  let image = drawn
  if (job.restoreFaces !== undefined) {
    const restorer = await companions.faceRestorer(job.restoreFaces.model)
    const restored = await restorer.restore(image, job.restoreFaces.strength, checkpoint)
    image = restored.image
    if (restored.faces === 0) notes.push('no face was found to restore')
  }
  if (job.upscale !== undefined) {
    const upscaler = await companions.upscaler(job.upscale.model)
    image = await upscaler.enlarge(image, checkpoint)
    image = rgbOf(await resize(rasterOf(image), size))
  }
  return { image, flagged: false, notes }
}

/** Grey, not black: black is what a broken decoder gives. */
const BLANK = 128
const FLAGGED = 'the safety model of this render flagged the picture; it is delivered blank'
