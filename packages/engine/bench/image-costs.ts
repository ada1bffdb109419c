import { ImageFormat, type InstalledModel } from '@reverie/core'
import { encodeImage } from '../src/images/encode-image.ts'
import { rgbOf } from '../src/images/raster.ts'
import { resize } from '../src/images/resize.ts'
import { createOnnxRuntimeBackend, draw, openPipeline } from '../src/in-process.ts'
import { toRgb } from '../src/pictures/to-rgb.ts'
import { demoJob } from './demo-job.ts'
import type { Figure } from './figure.ts'
import { medianTime } from './measure.ts'

const CALLS = 9
const SIDE = 512

/** What a finished picture costs after the decoder. It is one of the demo model's, enlarged: plain noise packs like nothing real. */
export async function imageCosts(model: InstalledModel): Promise<Figure[]> {
  const pipeline = await openPipeline({ backend: await createOnnxRuntimeBackend() }, model.folder)
  const { rgb, width, height } = await draw(pipeline, demoJob(model))
  await pipeline.close()
  const size = { width: SIDE, height: SIDE }
  const picture = rgbOf(await resize({ bytes: rgb, channels: 3, width, height }, size))
  const planes = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => Math.sin(i / 100))
  const figure = async (name: string, work: () => unknown): Promise<Figure> => ({
    name: `${name} at ${SIDE} x ${SIDE}`,
    value: await medianTime(work, CALLS),
    unit: 'ms',
  })
  const figures = [await figure("decoder's values to bytes", () => toRgb(planes))]
  for (const format of ImageFormat.options) {
    figures.push(await figure(`${format} encoded`, () => encodeImage(picture, { format })))
  }
  return figures
}
