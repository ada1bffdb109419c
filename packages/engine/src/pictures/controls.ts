import { drawnSize } from '@reverie/core'
import { canny } from '../control/canny.ts'
import type { Raster, Size } from '../images/raster.ts'
import { resize } from '../images/resize.ts'
import type { DrawInputs, DrawRequest } from './drawing.ts'
import { fit } from './fit.ts'
import { crop, type Rect, wholeOf } from './raster-geometry.ts'
import { readPicture, type Scene } from './scene.ts'
import { toPlanes } from './to-planes.ts'

type Control = NonNullable<DrawRequest['control']>[number]

/** A ControlNet's picture, brought to the finished size. */
export interface ControlPicture {
  readonly control: Control
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

/** What a ControlNet is shown in a pass of `size` pixels: [3, height, width], 0 to 1, of the part that is drawn. */
export async function controlPlanes(
  { control, picture }: ControlPicture,
  scene: Scene | undefined,
  size: Size,
): Promise<Float32Array> {
  const region: Rect = scene?.region ?? wholeOf(picture)
  const shown = await resize(crop(picture, region), size)
  if (control.preprocessor === 'none') return toPlanes(shown, 0, 1)
  const edges = canny(shown.bytes, size.width, size.height)
  const pixels = size.width * size.height
  return Float32Array.from({ length: 3 * pixels }, (_, i) => (edges[i % pixels] as number) / 255)
}
