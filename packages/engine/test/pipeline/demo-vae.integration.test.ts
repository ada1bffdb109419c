import { demoModelFolder } from '@reverie/demo-model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { draw } from '../../src/pictures/draw.ts'
import { openPipeline } from '../../src/pipeline/open-pipeline.ts'
import type { Pipeline } from '../../src/pipeline/pipeline.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'

const SIZE = { width: 24, height: 24 }

let pipeline: Pipeline
let latents: Float32Array
let pixels: Float32Array
beforeAll(async () => {
  pipeline = await openPipeline({ backend: await createOnnxRuntimeBackend() }, demoModelFolder)
  const drawing = await draw(pipeline, {
    prompt: 'red apple, 3d style, blue background',
    negativePrompt: '',
    width: 192,
    height: 192,
    steps: 6,
    sampler: 'dpmpp_2m',
    schedule: 'karras',
    cfgScale: 4,
    seed: '7',
    rng: 'torch-cpu',
  })
  latents = drawing.trajectory.at(-1) ?? new Float32Array()
  pixels = drawing.pixels.slice()
})
afterAll(() => pipeline.close())

const meanDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? Number.NaN)), 0) /
  a.length

it('encodes its own picture to latents that decode to it', async () => {
  const { mean, deviation } = await pipeline.vae.encode(pixels, SIZE)
  expect(deviation?.every((value) => value > 0 && value < 1)).toBe(true)
  const again = await pipeline.vae.decode(mean, SIZE)
  expect(meanDifference(again, pixels)).toBeLessThan(0.05)
})

describe('in tiles', () => {
  it('decodes nearly what it decodes in one piece, without seams', async () => {
    const tiled = await pipeline.vae.decode(latents, SIZE, 16)
    expect(meanDifference(tiled, pixels)).toBeLessThan(0.01)
    expect(meanDifference(tiled, pixels)).toBeGreaterThan(0)
    const worst = tiled.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (pixels[i] ?? 9))),
      0,
    )
    expect(worst).toBeLessThan(0.2)
  })

  it('encodes nearly what it encodes in one piece', async () => {
    const whole = await pipeline.vae.encode(pixels, SIZE)
    const tiled = await pipeline.vae.encode(pixels, SIZE, 16)
    expect(meanDifference(tiled.mean, whole.mean)).toBeLessThan(0.05)
    expect(meanDifference(tiled.deviation ?? [], whole.deviation ?? [])).toBeLessThan(0.01)
  })
})

it('previews in the colours of the picture, though its latent space is its own', async () => {
  const { rgb, width, height } = await pipeline.preview(latents, SIZE)
  expect([width, height]).toEqual([24, 24])
  const blocks = Array.from({ length: 3 * 24 * 24 }, (_, i) => {
    const [colour, x, y] = [i % 3, Math.floor(i / 3) % 24, Math.floor(i / 72)]
    let sum = 0
    for (let at = 0; at < 64; at++) {
      sum += pixels[(colour * 192 + y * 8 + Math.floor(at / 8)) * 192 + x * 8 + (at % 8)] ?? 0
    }
    return (Math.min(1, Math.max(-1, sum / 64)) + 1) * 127.5
  })
  // Stable Diffusion's own factors are off by 80 and more here.
  expect(meanDifference(rgb, blocks)).toBeLessThan(35)
})
