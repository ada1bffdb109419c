import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TINY_CHECKPOINTS, type TinyModelName, tinyModelFolder } from '@reverie/tiny-models'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createGraphCache } from '../../src/graph/index.ts'
import { draw } from '../../src/pictures/draw.ts'
import type { DrawInputs, DrawRequest } from '../../src/pictures/drawing.ts'
import { openControlNet } from '../../src/pipeline/open-control-net.ts'
import { openPipeline, type PipelineOptions } from '../../src/pipeline/open-pipeline.ts'
import type { Pipeline } from '../../src/pipeline/pipeline.ts'
import type { ModelPart } from '../../src/pipeline/timed-session.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import type { OrtBackend } from '../../src/runtime/ort-backend.ts'

const REQUEST: DrawRequest = {
  prompt: 'a red fox',
  negativePrompt: 'blurry',
  width: 64,
  height: 48,
  steps: 2,
  sampler: 'euler',
  schedule: 'normal',
  cfgScale: 5,
  seed: '1',
  rng: 'torch-cpu',
}

let backend: OrtBackend
let scratch: string
const opened: { close(): Promise<void> }[] = []
beforeAll(async () => {
  backend = await createOnnxRuntimeBackend({ threads: 1 })
  scratch = await mkdtemp(join(tmpdir(), 'reverie-families-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()))
})
afterAll(() => rm(scratch, { recursive: true }))

async function open(name: TinyModelName | { readonly folder: string }, options?: PipelineOptions) {
  const folder = typeof name === 'string' ? tinyModelFolder(name) : name.folder
  const pipeline = await openPipeline({ backend }, folder, options)
  opened.push(pipeline)
  return pipeline
}

const latentsOf = async (
  pipeline: Pipeline,
  changes: Partial<DrawRequest> = {},
  inputs?: DrawInputs,
) =>
  (await draw(pipeline, { ...REQUEST, ...changes }, inputs)).trajectory.at(-1) ?? new Float32Array()

const relativeL2 = (ours: Float32Array, theirs: Float32Array): number =>
  Math.hypot(...ours.map((value, i) => value - (theirs[i] ?? Number.NaN))) / Math.hypot(...theirs)

const usual = { family: 'sd1', extraChannels: 0, isDistilled: false, takesResiduals: false }
const TRAITS: Readonly<Record<(typeof TINY_CHECKPOINTS)[number], object>> = {
  sd15: usual,
  'sd15-fp16': usual,
  'sd15-io16': usual,
  'sd15-legacy': usual,
  'sd15-external': usual,
  'sd15-taesd': usual,
  'sd15-control': { ...usual, takesResiduals: true },
  'sd15-inpaint': { ...usual, extraChannels: 5 },
  lcm: { ...usual, isDistilled: true },
  'sd21-v': { ...usual, family: 'sd2' },
  'sd-turbo': { ...usual, family: 'sd2' },
  sdxl: { ...usual, family: 'sdxl' },
  'sdxl-refiner': { ...usual, family: 'sdxl_refiner' },
}

it.each(TINY_CHECKPOINTS)('%s opens as what it is and draws', async (name) => {
  const pipeline = await open(name)
  const { extraChannels, isDistilled, takesResiduals } = pipeline.unet
  expect({ family: pipeline.family, extraChannels, isDistilled, takesResiduals }).toEqual(
    TRAITS[name],
  )
  const sampler = isDistilled ? 'lcm' : 'euler'
  const [batched, split] = [
    await latentsOf(pipeline, { sampler }),
    await latentsOf({ ...pipeline, guidance: 'split' }, { sampler }),
  ]
  // Half precision rounds its kernels' sums differently for two rows.
  expect(relativeL2(split, batched)).toBeLessThan(name === 'sd15-io16' ? 5e-3 : 1e-5)
  expect(relativeL2(batched, await latentsOf(pipeline, { sampler, seed: '2' }))).toBeGreaterThan(
    0.1,
  )
})

it.each([
  ['sd15-fp16', 5e-3],
  ['sd15-io16', 2e-2],
  ['sd15-external', 1e-6],
  // A graph of whole timesteps: those of the schedule are rounded.
  ['sd15-legacy', 1e-2],
  ['sd15-control', 1e-6],
] as const)('%s draws what sd15 draws, but for its rounding', async (name, tolerance) => {
  const [other, plain] = [await open(name), await open('sd15')]
  expect(relativeL2(await latentsOf(other), await latentsOf(plain))).toBeLessThan(tolerance)
})

it('knows the bytes of all graphs and of the weights beside them', async () => {
  const [inside, beside] = [await open('sd15'), await open('sd15-external')]
  expect(inside.bytes).toBeGreaterThan(800_000)
  expect(Math.abs(beside.bytes - inside.bytes)).toBeLessThan(10_000)
})

describe('a ControlNet', () => {
  const control = (weight: number) => ({ control: [controlOf(weight)] })
  const model = 'bafyreicontrol' as never
  const image = 'a'.repeat(64) as never
  const controlOf = (weight: number) => ({
    model,
    image,
    preprocessor: 'none' as const,
    weight,
    start: 0,
    end: 1,
  })
  const picture = async () => {
    const { encodeImage } = await import('../../src/images/encode-image.ts')
    const rgb = Uint8Array.from({ length: 3 * 64 * 48 }, (_, i) => (i * 37) % 256)
    return encodeImage({ rgb, width: 64, height: 48 }, { format: 'png' })
  }

  it('changes what is drawn by as much as its weight says', async () => {
    const [pipeline, net] = [
      await open('sd15-control'),
      await openControlNet({ backend }, tinyModelFolder('control')),
    ]
    opened.push(net)
    const inputs = {
      images: new Map([[image, await picture()]]),
      controlNets: new Map([[model, net]]),
    }
    const without = await latentsOf(pipeline)
    expect(await latentsOf(pipeline, control(0), inputs)).toEqual(without)
    const half = relativeL2(await latentsOf(pipeline, control(0.05), inputs), without)
    const full = relativeL2(await latentsOf(pipeline, control(0.1), inputs), without)
    expect(half).toBeGreaterThan(1e-3)
    expect(full / half).toBeGreaterThan(1.5)
    expect(net.bytes).toBeGreaterThan(100_000)
  })

  it('of a folder without one is told to be missing', async () => {
    await expect(
      openControlNet({ backend }, tinyModelFolder('embedding-sd15')),
    ).rejects.toMatchObject({
      code: 'model_file_missing',
    })
  })
})

it('takes text encoders out of memory and loads them again for a prompt it has not seen', async () => {
  const loaded: string[] = []
  const counting: OrtBackend = {
    ...backend,
    open(file, options) {
      loaded.push(file)
      return backend.open(file, options)
    },
  }
  const calls: ModelPart[] = []
  const pipeline = await openPipeline(
    { backend: counting, onCall: ({ part }) => calls.push(part) },
    tinyModelFolder('sdxl'),
  )
  opened.push(pipeline)
  const first = await latentsOf(pipeline)
  expect(calls.filter((part) => part.startsWith('text_encoder'))).toHaveLength(4)
  await pipeline.releaseText()
  loaded.length = 0
  expect(await latentsOf(pipeline)).toEqual(first)
  expect(loaded).toEqual([])
  await latentsOf(pipeline, { prompt: 'a penguin' })
  expect(loaded.map((file) => file.split('/').at(-2))).toEqual(['text_encoder', 'text_encoder_2'])
})

describe('adapters', () => {
  const lora = async (weight: number) => {
    const folder = tinyModelFolder('lora-sd15-kohya')
    const file = (await readdir(folder)).find((name) => name.endsWith('.safetensors')) ?? ''
    return { loras: [{ file: join(folder, file), weight }], embeddings: [] }
  }
  const cached = () => ({
    graphCache: createGraphCache(join(scratch, 'graphs'), { maxBytes: 2 ** 26 }),
  })

  it('are in the weights that are opened', async () => {
    const plain = await latentsOf(await open('sd15', cached()))
    const with0 = await latentsOf(await open('sd15', { ...cached(), adapters: await lora(0) }))
    const with1 = await latentsOf(await open('sd15', { ...cached(), adapters: await lora(1) }))
    expect(with0).toEqual(plain)
    expect(relativeL2(with1, plain)).toBeGreaterThan(1e-3)
  })

  it('need a folder for the graphs they change', async () => {
    await expect(open('sd15', { adapters: await lora(1) })).rejects.toMatchObject({
      code: 'invalid_option',
      facts: { field: 'graphCache' },
    })
  })

  it('leave clip skip to graphs that give hidden states', async () => {
    const [plain, edited] = [await open('sd15'), await open('sd15', cached())]
    expect(relativeL2(await latentsOf(edited), await latentsOf(plain))).toBeLessThan(1e-5)
    await expect(latentsOf(plain, { clipSkip: 2 })).rejects.toMatchObject({
      code: 'unsupported_by_model',
    })
    const skipped = await latentsOf(edited, { clipSkip: 2 })
    expect(relativeL2(skipped, await latentsOf(edited))).toBeGreaterThan(1e-3)
  })
})

it('shows what TAESD makes of latents, where a model has one', async () => {
  const size = { width: 8, height: 6 }
  const latents = Float32Array.from({ length: 4 * 48 }, (_, i) => Math.sin(i))
  const small = await (await open('sd15')).preview(latents, size)
  const large = await (await open('sd15-taesd')).preview(latents, size)
  expect([small.width, small.height, small.rgb.length]).toEqual([8, 6, 3 * 48])
  expect([large.width, large.height, large.rgb.length]).toEqual([64, 48, 3 * 64 * 48])
  expect(new Set(large.rgb).size).toBeGreaterThan(20)
})

it('refuses a text encoder of another model by naming the widths', async () => {
  const folder = join(scratch, 'mixed')
  await cp(tinyModelFolder('sd15'), folder, { recursive: true })
  await cp(join(tinyModelFolder('sdxl'), 'text_encoder_2'), join(folder, 'text_encoder'), {
    recursive: true,
  })
  await expect(open({ folder })).rejects.toMatchObject({
    code: 'model_invalid',
    message: expect.stringMatching(/16 values a token; the text encoders give 24/),
  })
})
