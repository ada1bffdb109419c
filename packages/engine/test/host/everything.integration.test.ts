import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type InstalledModel, type JobSpec, Sha256, trajectoryLength } from '@reverie/core'
import { openModelFolder } from '@reverie/models'
import { buildJobSpec } from '@reverie/testkit'
import { type TinyModelName, tinyModelFolder } from '@reverie/tiny-models'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChildEngine } from '../../src/host/child-engine.ts'
import type { DeviceEngine } from '../../src/host/device-engine.ts'

const SIDE = 64
const open = (name: TinyModelName) => openModelFolder(tinyModelFolder(name))

let data: string
let engine: DeviceEngine
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'reverie-everything-'))
  engine = await createChildEngine({}, { threads: 1, graphFolder: join(data, 'graphs') })
})
afterAll(async () => {
  await engine.close()
  await rm(data, { recursive: true, force: true })
})

/** A job for a tiny model, and the further models it names. */
async function render(
  model: InstalledModel,
  changes: Partial<JobSpec> = {},
  further: readonly InstalledModel[] = [],
  images: ReadonlyMap<Sha256, Uint8Array> = new Map(),
) {
  const spec = buildJobSpec({
    model: model.cid,
    width: SIDE,
    height: SIDE,
    steps: 2,
    sampler: 'euler',
    ...changes,
  })
  const models = new Map(further.map((each) => [each.cid, each]))
  const image = await engine.render(model, spec, { inputs: { images, models } })
  expect(image.trajectory).toHaveLength(trajectoryLength(spec))
  return image
}

const HASH = Sha256.parse('ab'.repeat(32))
const picture = async () => {
  const rgb = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * 7) % 256)
  return sharp(rgb, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer()
}

describe('the inference process draws with what a job names', () => {
  it('a LoRA and a textual inversion, built into a checkpoint that stays warm beside the plain one', async () => {
    const [model, lora, embedding] = await Promise.all([
      open('sd15'),
      open('lora-sd15-kohya'),
      open('embedding-sd15'),
    ])
    const prompt = `a ${embedding.manifest.name}`
    const plain = await render(model, { prompt })
    const changes = {
      prompt,
      loras: [{ model: lora.cid, weight: 0.8 }],
      embeddings: [{ model: embedding.cid }],
    }
    const changed = await render(model, changes, [lora, embedding])
    expect(changed.trajectory[0]).toEqual(plain.trajectory[0])
    expect(changed.trajectory.at(-1)).not.toEqual(plain.trajectory.at(-1))
    expect((await render(model, { prompt })).file).toEqual(plain.file)
    expect(engine.warm()[0]).toBe(model.cid)
  })

  it('a ControlNet and its picture', async () => {
    const [model, control] = await Promise.all([open('sd15-control'), open('control')])
    const images = new Map([[HASH, new Uint8Array(await picture())]])
    const entry = { model: control.cid, image: HASH, weight: 1, start: 0, end: 1 } as const
    const changes = { control: [{ ...entry, preprocessor: 'canny' as const }] }
    const plain = await render(model)
    const steered = await render(model, changes, [control], images)
    expect(steered.trajectory.at(-1)).not.toEqual(plain.trajectory.at(-1))
  })

  it('a refiner', async () => {
    const [model, refiner] = await Promise.all([open('sdxl'), open('sdxl-refiner')])
    const plain = await render(model, { steps: 4 })
    const changes = { steps: 4, refiner: { model: refiner.cid, switchAt: 0.5 } }
    const refined = await render(model, changes, [refiner])
    expect(refined.trajectory.slice(0, 3)).toEqual(plain.trajectory.slice(0, 3))
    expect(refined.trajectory.at(-1)).not.toEqual(plain.trajectory.at(-1))
  })

  it('an upscaler and another file format', async () => {
    const [model, upscaler] = await Promise.all([open('sd15'), open('upscaler-x4')])
    const upscale = { model: upscaler.cid, scale: 2 }
    const image = await render(model, { upscale, format: 'webp' }, [upscaler])
    expect(image).toMatchObject({ format: 'webp', width: 2 * SIDE, height: 2 * SIDE })
    const { format, width } = await sharp(image.file).metadata()
    expect({ format, width }).toEqual({ format: 'webp', width: 2 * SIDE })
  })

  it('a safety model', async () => {
    const [model, safety] = await Promise.all([open('sd15'), open('safety-checker')])
    const image = await render(model, { safety: { model: safety.cid } }, [safety])
    expect(typeof image.flagged).toBe('boolean')
  })

  it('a model of float16 inputs and outputs', async () => {
    const [half, whole] = [
      await render(await open('sd15-io16')),
      await render(await open('sd15-fp16')),
    ]
    expect(half.trajectory[0]).toEqual(whole.trajectory[0])
  })

  it('previews along with its progress', async () => {
    const model = await open('sd15')
    const previews: Uint8Array[] = []
    await engine.render(
      model,
      buildJobSpec({ model: model.cid, width: SIDE, height: SIDE, steps: 4 }),
      { previewEvery: 1, onProgress: ({ preview }) => preview && previews.push(preview) },
    )
    expect(previews.length).toBeGreaterThan(0)
    expect((await sharp(previews[0]).metadata()).format).toBe('jpeg')
  })
})

describe('what cannot be drawn is refused with a reason, and the next job goes on', () => {
  it('a model that was not given', async () => {
    const [model, lora] = await Promise.all([open('sd15'), open('lora-sd15-kohya')])
    const changes = { loras: [{ model: lora.cid, weight: 1 }] }
    await expect(render(model, changes)).rejects.toMatchObject({ code: 'input_invalid' })
    await render(model)
  })

  it('a model of another kind', async () => {
    const [model, upscaler] = await Promise.all([open('sd15'), open('upscaler-x4')])
    const changes = { loras: [{ model: upscaler.cid, weight: 1 }] }
    await expect(render(model, changes, [upscaler])).rejects.toMatchObject({
      code: 'model_incompatible',
    })
    await render(model)
  })

  it('a LoRA for another family', async () => {
    const [model, lora] = await Promise.all([open('sd15'), open('lora-sdxl-kohya')])
    const changes = { loras: [{ model: lora.cid, weight: 1 }] }
    await expect(render(model, changes, [lora])).rejects.toMatchObject({
      code: 'model_incompatible',
    })
    await render(model)
  })

  it('a refiner that goes on with latents of another family', async () => {
    const [model, refiner] = await Promise.all([open('sdxl'), open('sd15')])
    const changes = { refiner: { model: refiner.cid, switchAt: 0.5 } }
    await expect(render(model, changes, [refiner])).rejects.toMatchObject({
      code: 'model_incompatible',
      facts: { accepted: 'sdxl, sdxl_refiner' },
    })
    await render(model)
  })

  it('a picture that is none', async () => {
    const model = await open('sd15')
    const init = { image: HASH, strength: 0.5, fit: 'crop' } as const
    const images = new Map([[HASH, Uint8Array.of(1, 2, 3)]])
    await expect(render(model, { init }, [], images)).rejects.toMatchObject({
      code: 'input_invalid',
    })
    await render(model)
  })

  it('weights that are no numbers', async () => {
    const model = await open('sd15-external')
    const folder = join(data, 'broken')
    await cp(model.folder, folder, { recursive: true })
    const weights = model.manifest.files.find(({ path }) => path === 'unet/model.onnx_data')
    const values = new Float32Array((weights?.size ?? 0) / 4).fill(Number.NaN)
    await writeFile(join(folder, 'unet/model.onnx_data'), values)
    await expect(render({ ...model, folder })).rejects.toMatchObject({ code: 'bad_output' })
    await render(await open('sd15'))
  })
})
