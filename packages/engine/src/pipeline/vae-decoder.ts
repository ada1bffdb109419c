import { findTensor, requireDims, requireOnlyInputs } from '../runtime/graph-shape.ts'
import type { OrtSession } from '../runtime/ort-backend.ts'
import { createFloatInput, createFloatOutput } from './float-tensors.ts'
import { LATENT_CHANNELS, type LatentSize, PIXELS_PER_LATENT } from './geometry.ts'
import type { LatentScaling } from './latent-scaling.ts'
import { createTiledRun, DECODING } from './tiled.ts'

/** Latents [4, height, width] -> pixels [3, 8 height, 8 width]. Overwritten by the next call. */
export type DecodeLatents = (
  latents: Float32Array,
  size: LatentSize,
  tile?: number,
) => Promise<Float32Array>

/** @throws ReverieError `model_invalid` when the graph is not a decoder */
export function createVaeDecoder(
  part: string,
  session: OrtSession,
  { scale, shift }: LatentScaling,
): DecodeLatents {
  const input = createFloatInput(part, findTensor(part, 'input', session, ['latent_sample']))
  const output = createFloatOutput(part, findTensor(part, 'output', session, ['sample']))
  requireOnlyInputs(part, session, [input.spec.name])

  const run = async (latents: Float32Array, { width, height }: LatentSize) => {
    const dims = [1, LATENT_CHANNELS, height, width]
    requireDims(part, input.spec, dims)
    const values = input.values(latents.length)
    for (let i = 0; i < values.length; i++) values[i] = (latents[i] as number) / scale + shift
    const target = output.target([1, 3, height * PIXELS_PER_LATENT, width * PIXELS_PER_LATENT])
    await session.run({ [input.spec.name]: input.tensor(dims) }, { [output.spec.name]: target })
    return output.values()
  }
  const tiled = createTiledRun(DECODING, run)
  return (latents, size, tile) =>
    tile === undefined || fitsIn(size, tile) ? run(latents, size) : tiled(latents, size, tile)
}

export const fitsIn = ({ width, height }: LatentSize, tile: number): boolean =>
  Math.max(width, height) <= tile
