import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openModelFolder } from '@reverie/models'
import {
  TINY_CHECKPOINTS,
  TINY_COMPANIONS,
  type TinyModelName,
  tinyModelFolder,
} from '@reverie/tiny-models'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGraphCache, type GraphCache } from '../../src/graph/index.ts'
import { draw } from '../../src/pictures/draw.ts'
import type { DrawRequest } from '../../src/pictures/drawing.ts'
import { layGround } from '../../src/pictures/ground.ts'
import { readScene } from '../../src/pictures/scene.ts'
import { openPipeline, type PipelineOptions } from '../../src/pipeline/open-pipeline.ts'
import type { Pipeline } from '../../src/pipeline/pipeline.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import type { OrtBackend } from '../../src/runtime/ort-backend.ts'
import { imagesOf, inputFile } from '../fixtures/input-pictures.ts'
import { difference, readTinyGolden, type TinyGolden } from '../fixtures/tiny-golden.ts'

const [WIDTH, HEIGHT] = [64, 48]
const size = { width: WIDTH / 8, height: HEIGHT / 8 }

let backend: OrtBackend
let golden: TinyGolden
let folder: string
let graphCache: GraphCache
/** Kept open: opening takes longer than drawing. */
const opened = new Map<string, Promise<Pipeline>>()

beforeAll(async () => {
  backend = await createOnnxRuntimeBackend({ threads: 1 })
  golden = await readTinyGolden()
  folder = await mkdtemp(join(tmpdir(), 'reverie-tiny-'))
  graphCache = createGraphCache(folder, { maxBytes: 64 * 1024 * 1024 })
})
afterAll(async () => {
  const settled = await Promise.allSettled(opened.values())
  for (const each of settled) if (each.status === 'fulfilled') await each.value.close()
  await rm(folder, { recursive: true, force: true })
})

function open(name: TinyModelName, options: PipelineOptions = {}): Promise<Pipeline> {
  const key = JSON.stringify([name, options])
  const opening =
    opened.get(key) ?? openPipeline({ backend }, tinyModelFolder(name), { graphCache, ...options })
  opened.set(key, opening)
  return opening
}

const request = (changes: Partial<DrawRequest> = {}): DrawRequest => ({
  prompt: 'red apple, a cat',
  negativePrompt: 'blurry',
  width: WIDTH,
  height: HEIGHT,
  steps: 2,
  sampler: 'euler',
  schedule: 'normal',
  cfgScale: 5,
  seed: '1234',
  rng: 'torch-cpu',
  ...changes,
})

const latentsOf = async (pipeline: Pipeline, changes: Partial<DrawRequest> = {}) =>
  (await draw(pipeline, request(changes))).trajectory.at(-1) as Float32Array

it.each([...TINY_CHECKPOINTS, ...TINY_COMPANIONS])(
  'the manifest of %s names every file as it is',
  async (name) => {
    const { manifest } = await openModelFolder(tinyModelFolder(name))
    expect(manifest.name).toBe(`tiny-${name}`)
  },
)

describe('a checkpoint is known by its files', () => {
  it.each([
    ['sd15', 'sd1', {}],
    ['sd15-legacy', 'sd1', {}],
    ['sd15-io16', 'sd1', {}],
    ['sd15-control', 'sd1', { takesResiduals: true }],
    ['sd15-inpaint', 'sd1', { extraChannels: 5 }],
    ['lcm', 'sd1', { isDistilled: true }],
    ['sd21-v', 'sd2', {}],
    ['sd-turbo', 'sd2', {}],
    ['sdxl', 'sdxl', {}],
    ['sdxl-refiner', 'sdxl_refiner', {}],
  ] as const)('%s is of the family %s', async (name, family, facts) => {
    const pipeline = await open(name)
    expect(pipeline.family).toBe(family)
    expect(pipeline.unet).toMatchObject({
      extraChannels: 0,
      isDistilled: false,
      takesResiduals: false,
      ...facts,
    })
    expect(pipeline.vae.canEncode).toBe(true)
  })
})

describe('every checkpoint draws', () => {
  it.each(TINY_CHECKPOINTS)('%s follows its prompt and its seed', async (name) => {
    const pipeline = await open(name)
    const first = await latentsOf(pipeline)
    expect(first.every(Number.isFinite)).toBe(true)
    expect(await latentsOf(pipeline)).toEqual(first)
    expect(difference(await latentsOf(pipeline, { prompt: 'a dog' }), first)).toBeGreaterThan(0.02)
    expect(difference(await latentsOf(pipeline, { seed: '5' }), first)).toBeGreaterThan(0.02)
  })

  it.each(['sd15', 'sd15-io16', 'sdxl', 'sd15-control'] as const)(
    '%s gives the same in one call of two rows as in two calls',
    async (name) => {
      const batched = await latentsOf(await open(name))
      const split = await latentsOf(await open(name, { guidance: 'split' }))
      expect(difference(split, batched)).toBeLessThan(name === 'sd15-io16' ? 1e-2 : 1e-5)
    },
  )
})

it('an encoder that draws its latents in the graph is told apart from one that gives their spread', async () => {
  const pixels = new Float32Array(3 * WIDTH * HEIGHT)
  const { deviation } = await (await open('sd15')).vae.encode(pixels, size)
  expect(deviation?.every((value) => value > 0)).toBe(true)
  const legacy = await (await open('sd15-legacy')).vae.encode(pixels, size)
  expect(legacy.deviation).toBeUndefined()
})

it('an inpainting UNet sees the mask and the masked picture that the reference shows it', async () => {
  const pipeline = await open('sd15-inpaint')
  const picture = await inputFile(golden.picture)
  const white = new Uint8Array(WIDTH * HEIGHT).map((_, i) =>
    i % WIDTH < golden.maskFrom ? 0 : 255,
  )
  const mask = await inputFile({ bytes: white, channels: 1, width: WIDTH, height: HEIGHT })
  const scene = await readScene(
    request({
      init: { image: picture.hash, strength: 1, fit: 'stretch' },
      inpaint: {
        mask: mask.hash,
        invert: false,
        blur: 0,
        fill: 'original',
        area: 'whole',
        padding: 0,
      },
    }),
    imagesOf(picture, mask),
  )
  const noise = new Float32Array(4 * size.width * size.height)
  const parts = { pipeline, tile: undefined, checkpoint: async () => {}, noise }
  const { extra } = await layGround(parts, scene, { width: WIDTH, height: HEIGHT }, 'original')
  expect(difference(extra ?? [], golden.inpaintExtra)).toBeLessThan(1e-4)
})

describe('adapters', () => {
  const lora = (name: TinyModelName, file: string, weight: number) => ({
    adapters: { loras: [{ file: join(tinyModelFolder(name), file), weight }], embeddings: [] },
  })

  it('a LoRA changes what is drawn by its weight, and not at all at 0', async () => {
    const name = 'lora.safetensors'
    const plain = await latentsOf(await open('sd15'))
    const none = await latentsOf(await open('sd15', lora('lora-sd15-kohya', name, 0)))
    expect(none).toEqual(plain)
    const some = await latentsOf(await open('sd15', lora('lora-sd15-kohya', name, 0.2)))
    const much = await latentsOf(await open('sd15', lora('lora-sd15-kohya', name, 0.8)))
    expect(difference(some, plain)).toBeGreaterThan(1e-2)
    expect(difference(much, plain)).toBeGreaterThan(difference(some, plain))
  })

  it.each(['sd15-fp16', 'sd15-external', 'sd15-legacy', 'sd15-io16'] as const)(
    '%s takes the LoRA that sd15 takes',
    async (name) => {
      const change = lora('lora-sd15-peft', 'pytorch_lora_weights.safetensors', 0.8)
      const expected = await latentsOf(await open('sd15', change))
      expect(difference(await latentsOf(await open(name, change)), expected)).toBeLessThan(2e-2)
    },
  )

  it('a LoRA for another family is refused by its file', async () => {
    const change = lora('lora-sdxl-kohya', 'lora.safetensors', 1)
    await expect(open('sd-turbo', change)).rejects.toMatchObject({ code: 'model_incompatible' })
  })

  it('an embedding counts only where the prompt names it', async () => {
    const file = join(tinyModelFolder('embedding-sd15'), 'sparkle.safetensors')
    const pipeline = await open('sd15', {
      adapters: { loras: [], embeddings: [{ name: 'sparkle', file }] },
    })
    const plain = await open('sd15')
    expect(await latentsOf(pipeline)).toEqual(await latentsOf(plain))
    const named = await latentsOf(pipeline, { prompt: 'a sparkle cat' })
    const spelled = await latentsOf(plain, { prompt: 'a sparkle cat' })
    expect(difference(named, spelled)).toBeGreaterThan(1e-2)
  })
})
