import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoModelFolder } from '@reverie/demo-model'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openPipeline } from '../../src/pipeline/open-pipeline.ts'
import { createOnnxRuntimeBackend } from '../../src/runtime/onnx-runtime.ts'
import { createScriptedBackend } from '../fixtures/scripted-backend.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-pipeline-'))
  await cp(demoModelFolder, folder, { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))

it.each([
  ['another pipeline class', 'model_index.json', '{"_class_name":"FluxPipeline"}'],
  ['an editing UNet', 'unet/config.json', '{"in_channels":8}'],
  ['a schedule we do not have', 'scheduler/scheduler_config.json', '{"beta_schedule":"sigmoid"}'],
  ['half a JSON file', 'text_encoder/config.json', '{"hidden_size":'],
  ['a merge of three symbols', 'tokenizer/merges.txt', 'a b c\n'],
  ['a vocabulary of text', 'tokenizer/vocab.json', '{"a":"b"}'],
  ['a config of two megabytes', 'vae_decoder/config.json', ' '.repeat(2 ** 21)],
])('refuses %s by the name of its file', async (_, path, content) => {
  await writeFile(join(folder, path), content)
  await expect(openPipeline({ backend: createScriptedBackend() }, folder)).rejects.toMatchObject({
    code: 'model_invalid',
    message: expect.stringContaining(path),
  })
})

it.each(['model_index.json', 'tokenizer/vocab.json', 'unet/model.onnx'])(
  'says that %s is missing',
  async (path) => {
    await rm(join(folder, path))
    await expect(openPipeline({ backend: createScriptedBackend() }, folder)).rejects.toMatchObject({
      code: 'model_file_missing',
      message: expect.stringContaining(path),
    })
  },
)

it('refuses a graph that is not ONNX', async () => {
  await writeFile(join(folder, 'unet/model.onnx'), 'not a graph')
  const backend = await createOnnxRuntimeBackend()
  await expect(openPipeline({ backend }, folder)).rejects.toMatchObject({ code: 'model_invalid' })
})
