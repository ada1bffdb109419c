import { ReverieError } from '@reverie/core'
import type { OrtSession } from '../runtime/ort-backend.ts'
import type { LatentSize } from './geometry.ts'
import type { LatentScaling } from './latent-scaling.ts'
import type { Vae } from './pipeline.ts'
import { createVaeDecoder } from './vae-decoder.ts'
import { createVaeEncoder } from './vae-encoder.ts'

export interface VaeParts {
  readonly decoder: OrtSession
  /** Undefined for models that come without one. */
  readonly encoder: OrtSession | undefined
  /** Opens the decoder in float32 on the CPU, for latents that overflow the decoder; undefined where it runs there anyway. */
  readonly openExact: (() => Promise<OrtSession>) | undefined
  /** Hears of each decode that had to be done again. */
  readonly onOverflow: () => void
}

/** @throws ReverieError `model_invalid` when a graph is not a VAE's */
export function createVae(
  parts: { readonly decoder: string; readonly encoder: string },
  { decoder, encoder, openExact, onOverflow }: VaeParts,
  scaling: LatentScaling,
): Vae {
  const decode = createVaeDecoder(parts.decoder, decoder, scaling)
  const encode = encoder && createVaeEncoder(parts.encoder, encoder, scaling)
  let exact: ReturnType<typeof createVaeDecoder> | undefined

  const decodeExactly = async (latents: Float32Array, size: LatentSize, tile?: number) => {
    if (openExact === undefined) throw overflowed(parts.decoder)
    onOverflow()
    exact ??= createVaeDecoder(parts.decoder, await openExact(), scaling)
    const pixels = await exact(latents, size, tile)
    if (!allFinite(pixels)) throw overflowed(parts.decoder)
    return pixels
  }

  return {
    canEncode: encode !== undefined,
    async decode(latents, size, tile) {
      const pixels = await decode(latents, size, tile)
      return allFinite(pixels) ? pixels : decodeExactly(latents, size, tile)
    },
    async encode(pixels, size, tile) {
      if (encode === undefined) {
        throw new ReverieError(
          'unsupported_by_model',
          'the model has no VAE encoder, so it cannot start from a picture; use another model or leave the picture out',
          { field: 'init' },
        )
      }
      return encode(pixels, size, tile)
    },
  }
}

/** Tiles every call that does not say how, where there is a `tile`. */
export const tiledBy = (tile: number | undefined, vae: Vae): Vae =>
  tile === undefined
    ? vae
    : {
        ...vae,
        decode: (latents, size, asked = tile) => vae.decode(latents, size, asked),
        encode: (pixels, size, asked = tile) => vae.encode(pixels, size, asked),
      }

/** A value less itself is 0 unless it is NaN or infinite. */
function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value - value !== 0) return false
  }
  return true
}

const overflowed = (part: string): ReverieError =>
  new ReverieError(
    'bad_output',
    `${part}: the decoded image holds values that are not finite, in float32 too; the latents or the weights are damaged. Use other settings or install the model again`,
    { file: part },
  )
