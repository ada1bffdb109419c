import { findTensor, requireDims, requireOnlyInputs, requireType } from '../runtime/graph-shape.ts'
import type { OrtSession } from '../runtime/ort-backend.ts'
import { LATENT_CHANNELS, type LatentSize, PIXELS_PER_LATENT } from './geometry.ts'
import { createReusableBuffer } from './reusable-buffer.ts'

export interface VaeDecoder {
  /** Latents [4, height, width] -> pixels [3, 8 height, 8 width], about -1 to 1. Overwritten by the next call. */
  decode(latents: Float32Array, size: LatentSize): Promise<Float32Array>
}

/**
 * @param scalingFactor what training multiplied latents with
 * @throws ReverieError `model_invalid` when the graph is not a decoder
 */
export function createVaeDecoder(session: OrtSession, scalingFactor: number): VaeDecoder {
  const part = 'vae_decoder'
  const input = findTensor(part, 'input', session, ['latent_sample'])
  const output = findTensor(part, 'output', session, ['sample'])
  for (const spec of [input, output]) requireType(part, spec, ['float32'])
  requireOnlyInputs(part, session, [input.name])
  const buffer = createReusableBuffer()

  return {
    async decode(latents, { width, height }) {
      const dims = [1, LATENT_CHANNELS, height, width]
      requireDims(part, input, dims)
      const imageDims = [1, 3, height * PIXELS_PER_LATENT, width * PIXELS_PER_LATENT]
      const pixels = buffer(imageDims.reduce((product, each) => product * each, 1))
      await session.run(
        { [input.name]: { data: latents.map((value) => value / scalingFactor), dims } },
        { [output.name]: { data: pixels, dims: imageDims } },
      )
      return pixels
    },
  }
}
