import { LATENT_UPSCALERS } from '@reverie/core'
import { LATENT_CHANNELS, type LatentSize } from '../pipeline/geometry.ts'

export type LatentUpscaler = (typeof LATENT_UPSCALERS)[number]

export const isLatentUpscaler = (name: string): name is LatentUpscaler =>
  LATENT_UPSCALERS.some((each) => each === name)

/** Cubic convolution's free parameter where torch interpolates. */
const A = -0.75

/** What one value of a line is made of: places in the line before, and their weights. */
interface Taps {
  readonly places: readonly number[]
  readonly weights: readonly number[]
}

/**
 * Resamples latents [4, height, width] as `torch.nn.functional.interpolate` does with `align_corners` false and no
 * antialiasing: what AUTOMATIC1111 calls Latent, Latent (bicubic) and Latent (nearest).
 */
export function resizeLatents(
  latents: Float32Array,
  from: LatentSize,
  to: LatentSize,
  upscaler: LatentUpscaler,
): Float32Array {
  const columns = tapsOf(from.width, to.width, upscaler)
  const rows = tapsOf(from.height, to.height, upscaler)
  const wide = new Float64Array(from.height * to.width)
  const resized = new Float32Array(LATENT_CHANNELS * to.width * to.height)
  for (let channel = 0; channel < LATENT_CHANNELS; channel++) {
    const plane = latents.subarray(channel * from.width * from.height)
    for (let y = 0; y < from.height; y++) {
      columns.forEach((taps, x) => {
        wide[y * to.width + x] = weigh(plane, taps, y * from.width, 1)
      })
    }
    const target = resized.subarray(channel * to.width * to.height)
    rows.forEach((taps, y) => {
      for (let x = 0; x < to.width; x++) target[y * to.width + x] = weigh(wide, taps, x, to.width)
    })
  }
  return resized
}

function weigh(
  values: Float32Array | Float64Array,
  { places, weights }: Taps,
  start: number,
  step: number,
): number {
  let sum = 0
  for (let i = 0; i < places.length; i++) {
    sum += (weights[i] as number) * (values[start + (places[i] as number) * step] as number)
  }
  return sum
}

function tapsOf(from: number, to: number, upscaler: LatentUpscaler): Taps[] {
  const scale = from / to
  const inside = (place: number) => Math.min(from - 1, Math.max(0, place))
  return Array.from({ length: to }, (_, i): Taps => {
    if (upscaler === 'latent_nearest')
      return { places: [inside(Math.floor(i * scale))], weights: [1] }
    const middle = (i + 0.5) * scale - 0.5
    if (upscaler === 'latent') {
      const place = Math.max(0, middle)
      const first = Math.floor(place)
      const share = place - first
      return { places: [inside(first), inside(first + 1)], weights: [1 - share, share] }
    }
    const first = Math.floor(middle)
    const share = middle - first
    return {
      places: [-1, 0, 1, 2].map((offset) => inside(first + offset)),
      weights: [outer(1 + share), inner(share), inner(1 - share), outer(2 - share)],
    }
  })
}

/** The cubic kernel up to one value from its middle, and from one to two. */
const inner = (x: number): number => ((A + 2) * x - (A + 3)) * x * x + 1
const outer = (x: number): number => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A
