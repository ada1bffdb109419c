import { createGenerator } from '../noise/create-generator.ts'
import { varyNoise } from '../noise/vary-noise.ts'
import { LATENT_CHANNELS, type LatentSize, latentLength } from '../pipeline/geometry.ts'
import type { NoiseSource } from '../samplers/sampler.ts'
import type { DrawRequest } from './drawing.ts'

export interface FirstNoise {
  /** The seed's own first draw. */
  readonly own: Float32Array
  /** What the run starts from: `own`, or a mixture with a variation's. */
  readonly first: Float32Array
  /** The draws after it, which samplers add. */
  readonly next: NoiseSource
}

/** The noise of a pass; each pass begins its seed's stream anew, at its own size, as AUTOMATIC1111 does. */
export function createFirstNoise(request: DrawRequest, size: LatentSize): FirstNoise {
  const generator = createGenerator(request.rng, request.seed)
  const length = latentLength(size)
  const own = generator.randn(length)
  const first = varyNoise(own, request, { channels: LATENT_CHANNELS, ...size })
  return { own, first, next: () => generator.randn(length) }
}
