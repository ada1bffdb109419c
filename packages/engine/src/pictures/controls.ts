import { drawnSize } from '@reverie/core'
import { canny } from '../control/canny.ts'
import type { Raster, Size } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import type { ControlUse } from '../pipeline/control-use.ts'
import type { DrawInputs, DrawRequest } from './drawing.ts'
import { fit } from './fit.ts'
import type { Job } from './job.ts'
import { crop, wholeOf } from './raster-geometry.ts'
import { inputInvalid } from './refuse.ts'
import { readPicture } from './scene.ts'
import { toPlanes } from './to-planes.ts'

/** A ControlNet's picture, brought to the finished size. */
export interface ControlPicture {
  readonly control: NonNullable<DrawRequest['control']>[number]
  readonly picture: Raster
}

/**
 * Reads the pictures of every ControlNet and cuts them to the finished drawing's shape.
 * @throws ReverieError `input_invalid`
 */
export const readControls = (
  request: DrawRequest,
  images: DrawInputs['images'],
): Promise<ControlPicture[]> =>
  Promise.all(
    (request.control ?? []).map(async (control, i) => {
      const picture = await readPicture(images, control.image, `control.${i}.image`)
      return { control, picture: await fit(picture, drawnSize(request), 'crop') }
    }),
  )

/** Every ControlNet of a job as a pass of `size` pixels uses it; each is shown the part that is drawn. */
export const controlUses = (
  { controls, scene, inputs }: Pick<Job, 'controls' | 'scene' | 'inputs'>,
  size: Size,
): Promise<ControlUse[]> =>
  Promise.all(
    controls.map(async ({ control, picture }) => {
      const { model, preprocessor, weight, start, end } = control
      const net = inputs.controlNets?.get(model)
      if (net === undefined) {
        throw inputInvalid('control', `the ControlNet ${model} was not given to the engine`)
      }
      const shown = await resize(crop(picture, scene?.region ?? wholeOf(picture)), size)
      const image = preprocessor === 'canny' ? edgePlanes(shown) : toPlanes(shown, 0, 1)
      return { net, image, weight, start, end }
    }),
  )

/** White edges on black, three times. */
function edgePlanes({ bytes, width, height }: Raster): Float32Array {
  const edges = canny(bytes, width, height)
  return Float32Array.from(
    { length: 3 * edges.length },
    (_, i) => (edges[i % edges.length] as number) / 255,
  )
}
