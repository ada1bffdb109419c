import type { ModelFamily } from '@reverie/core'
import { LATENT_CHANNELS, type LatentSize } from './geometry.ts'

/** Colours from -1 to 1 as a linear function of scaled latents: for each latent channel its share of red, green and blue. */
export interface LinearColours {
  /** [4][3] */
  readonly factors: readonly (readonly [number, number, number])[]
  readonly bias: readonly [number, number, number]
}

/** The factors that ComfyUI uses for the VAE of Stable Diffusion 1 and 2. */
const SD: LinearColours = {
  factors: [
    [0.3512, 0.2297, 0.3227],
    [0.325, 0.4974, 0.235],
    [-0.2829, 0.1762, 0.2721],
    [-0.212, -0.2616, -0.7177],
  ],
  bias: [0, 0, 0],
}

/** The same for SDXL's. */
const SDXL: LinearColours = {
  factors: [
    [0.3651, 0.4232, 0.4341],
    [-0.2533, -0.0042, 0.1068],
    [0.1076, 0.1111, -0.0362],
    [-0.3165, -0.2492, -0.2188],
  ],
  bias: [0.1084, -0.0175, -0.0011],
}

/** What a family's VAE scales latents by: a model with another scale has a latent space of its own. */
export const FAMILY_SCALE: Readonly<Record<ModelFamily, number>> = {
  sd1: 0.18215,
  sd2: 0.18215,
  sdxl: 0.13025,
  sdxl_refiner: 0.13025,
}

/** Configs round it. */
const SAME_SCALE = 1e-4

/** The family's known colours; undefined for a model whose latents are scaled otherwise. */
export function familyColours(family: ModelFamily, scale: number): LinearColours | undefined {
  if (Math.abs(scale - FAMILY_SCALE[family]) > SAME_SCALE) return undefined
  return family === 'sd1' || family === 'sd2' ? SD : SDXL
}

/** Latents [4, height, width] -> interleaved RGB bytes of [width, height], one pixel per latent. */
export function paintLatents(
  { factors, bias }: LinearColours,
  latents: Float32Array,
  { width, height }: LatentSize,
): Uint8Array {
  const pixels = width * height
  const rgb = new Uint8ClampedArray(3 * pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let colour = 0; colour < 3; colour++) {
      let value = bias[colour] as number
      for (let channel = 0; channel < LATENT_CHANNELS; channel++) {
        const share = factors[channel]?.[colour] as number
        value += share * (latents[channel * pixels + pixel] as number)
      }
      rgb[3 * pixel + colour] = (value + 1) * 127.5
    }
  }
  return new Uint8Array(rgb.buffer)
}
