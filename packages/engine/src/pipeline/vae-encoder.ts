import { ReverieError } from '@reverie/core'
import { findTensor, requireDims, requireOnlyInputs } from '../runtime/graph-shape.ts'
import type { OrtSession, TensorSpec } from '../runtime/ort-backend.ts'
import { createFloatInput, createFloatOutput } from './float-tensors.ts'
import { LATENT_CHANNELS, type LatentSize, latentLength, PIXELS_PER_LATENT } from './geometry.ts'
import type { LatentScaling } from './latent-scaling.ts'
import type { EncodedImage } from './pipeline.ts'
import { createTiledRun, encodingOf } from './tiled.ts'
import { fitsIn } from './vae-decoder.ts'

/** Bounds of the logarithm of the variance, as diffusers and the original code clamp it. */
const LOG_VARIANCE = { min: -30, max: 20 }

/** Pixels [3, 8 height, 8 width], -1 to 1 -> latents as the UNet takes them; new arrays. */
type EncodePixels = (pixels: Float32Array, size: LatentSize, tile?: number) => Promise<EncodedImage>

/**
 * Exports that state `latent_parameters` give mean and deviation; older ones draw inside the graph and give
 * `latent_sample`, which differs from call to call: taken as the mean.
 * @throws ReverieError `model_invalid` when the graph is not an encoder
 */
export function createVaeEncoder(
  part: string,
  session: OrtSession,
  { scale, shift }: LatentScaling,
): EncodePixels {
  const input = createFloatInput(part, findTensor(part, 'input', session, ['sample']))
  const names = ['latent_parameters', 'latent_sample']
  const output = createFloatOutput(part, findTensor(part, 'output', session, names))
  requireOnlyInputs(part, session, [input.spec.name])
  const channels = channelsOf(part, output.spec)

  const run = async (pixels: Float32Array, { width, height }: LatentSize) => {
    const dims = [1, 3, height * PIXELS_PER_LATENT, width * PIXELS_PER_LATENT]
    requireDims(part, input.spec, dims)
    input.values(pixels.length).set(pixels)
    const target = output.target([1, channels, height, width])
    await session.run({ [input.spec.name]: input.tensor(dims) }, { [output.spec.name]: target })
    return output.values()
  }
  const tiled = createTiledRun(encodingOf(channels), run)

  return async (pixels, size, tile) => {
    const whole = tile === undefined || fitsIn(size, tile)
    const made = await (whole ? run(pixels, size) : tiled(pixels, size, tile))
    const length = latentLength(size)
    const mean = Float32Array.from(made.subarray(0, length), (value) => (value - shift) * scale)
    if (channels === LATENT_CHANNELS) return { mean, deviation: undefined }
    const { min, max } = LOG_VARIANCE
    const deviation = Float32Array.from(made.subarray(length, 2 * length), (value) => {
      return Math.exp(Math.min(max, Math.max(min, value)) / 2) * scale
    })
    return { mean, deviation }
  }
}

/** What the graph says of its channels, or what its output's name says where it does not. */
function channelsOf(part: string, { name, shape }: TensorSpec): number {
  const stated = shape[1]
  if (stated === LATENT_CHANNELS || stated === 2 * LATENT_CHANNELS) return stated
  if (typeof stated === 'number' && stated > 0) {
    throw new ReverieError(
      'model_invalid',
      `${part}: tensor ${name} has ${stated} channels; accepted: 8 (mean and variance) or 4 (latents)`,
      { file: part },
    )
  }
  return name === 'latent_sample' ? LATENT_CHANNELS : 2 * LATENT_CHANNELS
}
