import { findTensor, requireDims, requireOnlyInputs } from '../runtime/graph-shape.ts'
import type { OrtSession } from '../runtime/ort-backend.ts'
import { createFloatInput, createFloatOutput } from './float-tensors.ts'
import { LATENT_CHANNELS, type LatentSize, PIXELS_PER_LATENT } from './geometry.ts'

/** What a decoder's values are where they are black, and where white. */
export type ColourRange = readonly [black: number, white: number]

/**
 * TAESD, a decoder of a hundredth of the VAE's size: latents as the UNet has them -> interleaved RGB bytes of the full size.
 * Its author's own exports give 0 to 1, those of diffusers' `AutoencoderTiny` -1 to 1.
 * @throws ReverieError `model_invalid` when the graph is not a decoder
 */
export function createTinyDecoder(
  part: string,
  session: OrtSession,
  [black, white]: ColourRange,
): (latents: Float32Array, size: LatentSize) => Promise<Uint8Array> {
  const input = createFloatInput(part, findTensor(part, 'input', session, ['latent_sample']))
  const output = createFloatOutput(part, findTensor(part, 'output', session, ['sample']))
  requireOnlyInputs(part, session, [input.spec.name])

  return async (latents, { width, height }) => {
    const dims = [1, LATENT_CHANNELS, height, width]
    requireDims(part, input.spec, dims)
    input.values(latents.length).set(latents)
    const target = output.target([1, 3, height * PIXELS_PER_LATENT, width * PIXELS_PER_LATENT])
    await session.run({ [input.spec.name]: input.tensor(dims) }, { [output.spec.name]: target })
    const planes = output.values()
    const pixels = planes.length / 3
    const rgb = new Uint8ClampedArray(planes.length)
    for (let colour = 0; colour < 3; colour++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        const value = planes[colour * pixels + pixel] as number
        rgb[3 * pixel + colour] = ((value - black) / (white - black)) * 255
      }
    }
    return new Uint8Array(rgb.buffer)
  }
}
