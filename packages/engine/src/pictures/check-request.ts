import type { Pipeline } from '../pipeline/pipeline.ts'
import type { DrawInputs, DrawRequest } from './drawing.ts'
import { inputInvalid, unsupported } from './refuse.ts'
import { isLatentUpscaler } from './resize-latents.ts'

/**
 * Refuses what cannot be drawn with this pipeline and these inputs, before anything is decoded or any model called.
 * @throws ReverieError `unsupported_by_model`, `input_invalid`, each with its `field`
 */
export function checkRequest(
  { vae, unet }: Pick<Pipeline, 'vae' | 'unet'>,
  request: DrawRequest,
  inputs: DrawInputs,
): void {
  const { init, inpaint, outpaint, hires, control = [], refiner } = request
  if (init === undefined && inpaint !== undefined) {
    throw inputInvalid('init', 'inpaint redraws a part of a picture, but the job has no init')
  }
  if (init === undefined && outpaint !== undefined) {
    throw inputInvalid('init', 'outpaint extends a picture, but the job has no init')
  }
  if (outpaint !== undefined) checkMargins(request, outpaint, inpaint !== undefined)
  const encodes = { init, 'hires.upscaler': pixelUpscalerOf(request) }
  for (const [field, value] of Object.entries(encodes)) {
    if (value === undefined || vae.canEncode) continue
    throw unsupported(field, `${field} needs a VAE encoder, and the model has none`)
  }
  if (unet.extraChannels > 0 && !vae.canEncode) {
    throw unsupported('model', 'an inpainting model needs a VAE encoder, and this one has none')
  }
  if (pixelUpscalerOf(request) !== undefined && inputs.enlarge === undefined) {
    const message = `the upscaler ${hires?.upscaler} of the hires pass was not given to the engine`
    throw inputInvalid('hires.upscaler', message)
  }
  if (control.length > 0 && !unet.takesResiduals) {
    throw unsupported(
      'control',
      'the UNet of this model was exported without inputs for ControlNet residuals; export it with them',
    )
  }
  control.forEach(({ model }, i) => {
    if (inputs.controlNets?.has(model)) return
    throw inputInvalid(`control.${i}.model`, `the ControlNet ${model} was not given to the engine`)
  })
  if (refiner !== undefined && inputs.refiner === undefined) {
    throw inputInvalid('refiner.model', `the refiner ${refiner.model} was not given to the engine`)
  }
}

/** The model that a hires pass enlarges pixels with. */
function pixelUpscalerOf({ hires }: DrawRequest): string | undefined {
  return hires === undefined || isLatentUpscaler(hires.upscaler) ? undefined : hires.upscaler
}

function checkMargins(
  { width, height }: DrawRequest,
  { left, top, right, bottom }: NonNullable<DrawRequest['outpaint']>,
  hasMask: boolean,
): void {
  if (left + right >= width || top + bottom >= height) {
    throw inputInvalid(
      'outpaint',
      `margins of ${left} + ${right} by ${top} + ${bottom} pixels leave nothing of the picture in ${width} x ${height}`,
      'margins smaller than the render, whose size is that of the larger picture',
    )
  }
  if (left + top + right + bottom === 0 && !hasMask) {
    throw inputInvalid('outpaint', 'outpaint adds no margin on any side', 'at least one margin')
  }
}
