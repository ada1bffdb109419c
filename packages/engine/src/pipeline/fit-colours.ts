import { createTorchGenerator } from '../noise/torch-generator.ts'
import { LATENT_CHANNELS, type LatentSize, latentLength, PIXELS_PER_LATENT } from './geometry.ts'
import type { LinearColours } from './linear-colours.ts'
import type { Vae } from './pipeline.ts'

/** Latents a side of one sample: small, for the decoder is the costly part. */
const SIDE = 16
/** Latents a side of one patch of equal values: neighbours mix in a decoder, and pictures are smooth. */
const PATCH = 4
const SAMPLES = 4
/** Unknowns per colour: one factor per channel and the bias. */
const UNKNOWNS = LATENT_CHANNELS + 1

/**
 * Finds the linear colours of a latent space that is not a known family's: decodes a few patchworks of random latents, always
 * the same ones, and fits each 8 x 8 block's mean colour by least squares.
 */
export async function fitColours(decode: Vae['decode']): Promise<LinearColours> {
  const size = { width: SIDE, height: SIDE }
  const moments = new Float64Array(UNKNOWNS * UNKNOWNS)
  const products = [0, 1, 2].map(() => new Float64Array(UNKNOWNS))
  for (let sample = 0; sample < SAMPLES; sample++) {
    const latents = patchwork(sample, size)
    const pixels = await decode(latents, size)
    addSample(moments, products, latents, pixels, size)
  }
  const [red, green, blue] = products.map((product) => solve(moments, product))
  const at = (i: number) => [red?.[i] ?? 0, green?.[i] ?? 0, blue?.[i] ?? 0] as const
  return {
    factors: Array.from({ length: LATENT_CHANNELS }, (_, channel) => at(channel)),
    bias: at(LATENT_CHANNELS),
  }
}

/** Unit Gaussian values, as scaled latents have, in patches. */
function patchwork(seed: number, size: LatentSize): Float32Array {
  const patches = SIDE / PATCH
  const values = createTorchGenerator(String(seed)).randn(LATENT_CHANNELS * patches * patches)
  return Float32Array.from({ length: latentLength(size) }, (_, i) => {
    const x = Math.floor((i % SIDE) / PATCH)
    const y = Math.floor((Math.floor(i / SIDE) % SIDE) / PATCH)
    const channel = Math.floor(i / (SIDE * SIDE))
    return values[(channel * patches + y) * patches + x] as number
  })
}

function addSample(
  moments: Float64Array,
  products: readonly Float64Array[],
  latents: Float32Array,
  pixels: Float32Array,
  { width, height }: LatentSize,
): void {
  const known = new Float64Array(UNKNOWNS).fill(1)
  for (let at = 0; at < width * height; at++) {
    for (let c = 0; c < LATENT_CHANNELS; c++) known[c] = latents[c * width * height + at] as number
    for (let a = 0; a < UNKNOWNS; a++) {
      for (let b = 0; b < UNKNOWNS; b++) {
        const place = a * UNKNOWNS + b
        moments[place] = (moments[place] as number) + (known[a] as number) * (known[b] as number)
      }
    }
    products.forEach((product, colour) => {
      const mean = blockMean(pixels, colour, at % width, Math.floor(at / width), { width, height })
      for (let a = 0; a < UNKNOWNS; a++)
        product[a] = (product[a] as number) + mean * (known[a] as number)
    })
  }
}

function blockMean(
  pixels: Float32Array,
  colour: number,
  x: number,
  y: number,
  { width, height }: LatentSize,
): number {
  const side = PIXELS_PER_LATENT
  let sum = 0
  for (let row = 0; row < side; row++) {
    const start = ((colour * height + y) * side + row) * width * side + x * side
    for (let column = 0; column < side; column++) {
      sum += Math.min(1, Math.max(-1, pixels[start + column] as number))
    }
  }
  return sum / (side * side)
}

/** Solves the normal equations by Gaussian elimination; their matrix is positive definite, so no pivots are needed. */
function solve(moments: Float64Array, product: Float64Array): Float64Array {
  const a = moments.slice()
  const x = product.slice()
  const n = x.length
  const at = (row: number, column: number) => a[row * n + column] as number
  for (let pivot = 0; pivot < n; pivot++) {
    for (let row = pivot + 1; row < n; row++) {
      const factor = at(row, pivot) / at(pivot, pivot)
      for (let column = pivot; column < n; column++) {
        a[row * n + column] = at(row, column) - factor * at(pivot, column)
      }
      x[row] = (x[row] as number) - factor * (x[pivot] as number)
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let column = row + 1; column < n; column++) {
      x[row] = (x[row] as number) - at(row, column) * (x[column] as number)
    }
    x[row] = (x[row] as number) / at(row, row)
  }
  return x
}
