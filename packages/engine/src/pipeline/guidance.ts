import type { Denoiser } from '../samplers/sampler.ts'
import type { NoiseTable } from '../schedules/noise-table.ts'
import type { SchedulerConfig } from '../schedules/scheduler-config.ts'
import type { LatentSize } from './geometry.ts'
import type { Unet } from './unet.ts'

/** How the two predictions of classifier-free guidance are made: one call of two rows, or two calls. */
export type GuidanceMode = 'batched' | 'split'

export interface GuidanceInput {
  readonly size: LatentSize
  readonly text: Float32Array
  /** Undefined when `cfgScale` is 1: its prediction would count for nothing. */
  readonly negative: Float32Array | undefined
  readonly cfgScale: number
  readonly mode: GuidanceMode
  /** Awaited before each call of the graph; throws to stop. */
  readonly checkpoint: () => Promise<void>
}

interface GuidanceParts {
  readonly unet: Unet
  readonly table: NoiseTable
  readonly predictionType: SchedulerConfig['prediction_type']
}

/**
 * A UNet as a sampler sees it: scales the input, asks for the prediction with and without the text, and turns the guided
 * one into an estimate of the clean latents (Ho and Salimans, "Classifier-Free Diffusion Guidance", 2022).
 */
export function createGuidedDenoiser(
  { unet, table, predictionType }: GuidanceParts,
  { size, text, negative, cfgScale, mode, checkpoint }: GuidanceInput,
): Denoiser {
  const predict = async (sample: Float32Array, timestep: number): Promise<Float64Array> => {
    const call = { sample, size, timestep }
    await checkpoint()
    if (negative === undefined) {
      const [only] = await unet.predict({ ...call, texts: [text] })
      return Float64Array.from(only ?? [])
    }
    if (mode === 'batched') {
      const [without, withText] = await unet.predict({ ...call, texts: [negative, text] })
      return guide(without ?? sample, withText ?? sample, cfgScale)
    }
    const [first] = await unet.predict({ ...call, texts: [negative] })
    const without = Float32Array.from(first ?? [])
    await checkpoint()
    const [withText] = await unet.predict({ ...call, texts: [text] })
    return guide(without, withText ?? sample, cfgScale)
  }

  return async (x, sigma) => {
    const scale = 1 / Math.sqrt(sigma * sigma + 1)
    const sample = Float32Array.from(x, (value) => value * scale)
    const prediction = await predict(sample, table.timestepAt(sigma))
    return predictionType === 'epsilon'
      ? prediction.map((noise, i) => (x[i] ?? 0) - sigma * noise)
      : prediction.map((v, i) => (x[i] ?? 0) * scale * scale - v * sigma * scale)
  }
}

const guide = (without: Float32Array, withText: Float32Array, cfgScale: number): Float64Array =>
  Float64Array.from(without, (value, i) => value + cfgScale * ((withText[i] ?? 0) - value))
