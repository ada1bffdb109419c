import { cp, mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tinyModelFolder } from '@reverie/tiny-models'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openPipeline } from '../../src/pipeline/open-pipeline.ts'
import { openUpscaler } from '../../src/post/upscaler.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'

const backend = await createOnnxRuntimeBackend({ threads: 1 })

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-open-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const copy = (name: 'sd15-external' | 'upscaler-x4') =>
  cp(tinyModelFolder(name), folder, { recursive: true })

it.each(['unet', 'text_encoder', 'vae_decoder', 'vae_encoder'])(
  'names the %s that is cut short',
  async (part) => {
    await copy('sd15-external')
    await truncate(join(folder, part, 'model.onnx'), 500)
    const error = await openPipeline({ backend }, folder).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'model_invalid',
      facts: { file: `${part}/model.onnx` },
      message: expect.not.stringContaining(folder),
    })
  },
)

it('names the weights that are missing beside a graph', async () => {
  await copy('sd15-external')
  await rm(join(folder, 'unet/model.onnx_data'))
  await expect(openPipeline({ backend }, folder)).rejects.toMatchObject({
    code: 'model_file_missing',
    facts: { file: 'unet/model.onnx_data' },
  })
})

it('names the graph of a model that finishes pictures', async () => {
  await copy('upscaler-x4')
  await truncate(join(folder, 'model.onnx'), 500)
  const model = { folder } as Parameters<typeof openUpscaler>[1]
  await expect(openUpscaler({ backend }, model)).rejects.toMatchObject({
    code: 'model_invalid',
    facts: { file: 'model.onnx' },
  })
})
