import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { demoModelFolder } from '@reverie/demo-model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdapterRequest, applyAdapters } from '../../src/adapters/index.ts'
import { createGraphCache, type GraphCache } from '../../src/graph/index.ts'
import {
  adapterFile,
  maxError,
  readGolden,
  runTinyEncoder,
  runTinyUnet,
} from '../fixtures/adapter-files.ts'
import { safetensorsBytes } from '../fixtures/safetensors-file.ts'

let folder: string
let cache: GraphCache
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reverie-adapters-'))
  cache = createGraphCache(join(folder, 'graphs'), { maxBytes: 1e9 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const unet = adapterFile('unet.onnx')
const textEncoder = adapterFile('text-encoder.onnx')

const apply = (changes: Partial<AdapterRequest>) =>
  applyAdapters(
    { cache },
    { family: 'sd1', graphs: { unet, textEncoder }, loras: [], embeddings: [], ...changes },
  )

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, bytes)
  return file
}

describe('LoRA', () => {
  it('starts from a graph that agrees with PyTorch', async () => {
    const { out_sample } = await readGolden('unet')
    expect(maxError(await runTinyUnet(unet), out_sample)).toBeLessThan(1e-5)
  })

  it.each([
    'lora-kohya',
    'lora-stability-names',
    'lora-peft',
    'lora-processor',
    'locon-tucker',
    'loha',
    'lokr',
  ])('%s changes the graph as it changes the model in PyTorch', async (name) => {
    const { weight, out_sample } = await readGolden(name)
    const before = await runTinyUnet(unet)
    const { graphs, notes } = await apply({
      loras: [{ file: adapterFile(`${name}.safetensors`), weight }],
    })
    const after = await runTinyUnet(graphs.unet)
    expect(maxError(after, out_sample)).toBeLessThan(1e-5)
    expect(maxError(after, before)).toBeGreaterThan(1e-3)
    expect(notes).toEqual([])
  })

  it('finds the weights in a graph of the newer exporter', async () => {
    const { weight, out_sample } = await readGolden('lora-kohya')
    const { graphs, notes } = await apply({
      graphs: { unet: adapterFile('unet-dynamo.onnx') },
      loras: [{ file: adapterFile('lora-kohya.safetensors'), weight }],
    })
    expect(maxError(await runTinyUnet(graphs.unet), out_sample)).toBeLessThan(1e-5)
    expect(notes).toEqual([])
  })

  it('changes the text encoder too', async () => {
    const { weight, last_hidden_state } = await readGolden('lora-text')
    const { graphs } = await apply({
      graphs: { unet, textEncoder: adapterFile('text-encoder-legacy.onnx') },
      loras: [{ file: adapterFile('lora-text.safetensors'), weight }],
    })
    const { input_ids } = await readGolden('text-encoder-legacy')
    const result = await runTinyEncoder(graphs.textEncoder ?? '', input_ids, ['last_hidden_state'])
    expect(maxError(result.last_hidden_state ?? [], last_hidden_state)).toBeLessThan(1e-5)
    expect(graphs.unet).toBe(unet)
  })

  it('undoes itself with the opposite weight in one request', async () => {
    const file = adapterFile('lora-kohya.safetensors')
    const { graphs } = await apply({
      loras: [
        { file, weight: 0.8 },
        { file, weight: -0.8 },
      ],
    })
    expect(graphs.unet).not.toBe(unet)
    expect(maxError(await runTinyUnet(graphs.unet), await runTinyUnet(unet))).toBeLessThan(1e-6)
  })

  it('leaves the graph alone at weight 0', async () => {
    const loras = [{ file: adapterFile('lora-kohya.safetensors'), weight: 0 }]
    expect((await apply({ loras })).graphs.unet).toBe(unet)
  })

  it('tells which modules have no place in the model', async () => {
    const q = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q'
    const two = (stem: string, width: number) => ({
      [`${stem}.lora_up.weight`]: { shape: [width, 1], values: Array(width).fill(0.5) },
      [`${stem}.lora_down.weight`]: { shape: [1, 8], values: Array(8).fill(0.5) },
    })
    const file = await written(
      'partly.safetensors',
      safetensorsBytes({ ...two(q, 8), ...two('lora_unet_up_blocks_9_somewhere', 8) }),
    )
    const { notes } = await apply({ loras: [{ file, weight: 1 }] })
    expect(notes).toEqual([
      `${basename(folder)}/partly.safetensors: 1 modules were applied, 1 have no place in this model (up_blocks_9_somewhere)`,
    ])
  })

  it.each([
    ['nothing that fits', 'lora_unet_up_blocks_9_somewhere', 8, /nothing that fits.*family sd1/],
    [
      'another width',
      'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q',
      16,
      /another family.*\[16, 8\].*\[8, 8\]/,
    ],
  ])('is refused with %s', async (name, stem, width, sentence) => {
    const file = await written(
      `${name}.safetensors`,
      safetensorsBytes({
        [`${stem}.lora_up.weight`]: { shape: [width, 1], values: Array(width).fill(1) },
        [`${stem}.lora_down.weight`]: { shape: [1, 8], values: Array(8).fill(1) },
      }),
    )
    await expect(apply({ loras: [{ file, weight: 1 }] })).rejects.toMatchObject({
      code: 'model_incompatible',
      message: expect.stringMatching(sentence),
      facts: { file },
    })
  })

  it('is refused with values that are not finite', async () => {
    const stem = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q'
    const bytes = safetensorsBytes({
      [`${stem}.lora_up.weight`]: { shape: [8, 1], values: Array(8).fill(Number.NaN) },
      [`${stem}.lora_down.weight`]: { shape: [1, 8], values: Array(8).fill(1) },
    })
    const file = await written('nan.safetensors', bytes)
    await expect(apply({ loras: [{ file, weight: 1 }] })).rejects.toMatchObject({
      code: 'model_invalid',
      facts: { file },
    })
  })

  it('refuses DoRA by name', async () => {
    const file = adapterFile('dora.safetensors')
    await expect(apply({ loras: [{ file, weight: 1 }] })).rejects.toMatchObject({
      code: 'model_incompatible',
      message: expect.stringContaining('DoRA'),
    })
  })

  it('is refused for a quantised model, which needs its raw float export', async () => {
    const stem = 'lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q'
    const bytes = safetensorsBytes({
      [`${stem}.lora_up.weight`]: { shape: [8, 1], values: Array(8).fill(1) },
      [`${stem}.lora_down.weight`]: { shape: [1, 8], values: Array(8).fill(1) },
    })
    const file = await written('for-demo.safetensors', bytes)
    const graphs = { unet: join(demoModelFolder, 'unet/model.onnx') }
    await expect(apply({ graphs, loras: [{ file, weight: 1 }] })).rejects.toMatchObject({
      code: 'model_incompatible',
      message: expect.stringContaining('raw float export'),
    })
  })

  it('stops when the signal says so', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    const loras = [{ file: adapterFile('lora-kohya.safetensors'), weight: 0.123 }]
    await expect(apply({ loras, signal })).rejects.toThrow('enough')
  })
})

describe('textual inversion', () => {
  it.each(['text-encoder', 'text-encoder-legacy'])(
    'teaches %s new tokens as PyTorch does, pooled at the end of the text',
    async (name) => {
      const { embedding } = await readGolden(name)
      const { graphs, embeddings } = await apply({
        graphs: { unet, textEncoder: adapterFile(`${name}.onnx`) },
        embeddings: [{ name: 'style', file: adapterFile('embedding.safetensors') }],
      })
      expect(embeddings.textEncoder).toEqual(new Map([['style', [50, 51]]]))
      const result = await runTinyEncoder(graphs.textEncoder ?? '', embedding.input_ids, [
        'last_hidden_state',
        'pooler_output',
      ])
      expect(maxError(result.last_hidden_state ?? [], embedding.last_hidden_state)).toBeLessThan(
        1e-5,
      )
      expect(maxError(result.pooler_output ?? [], embedding.pooler_output)).toBeLessThan(1e-5)
    },
  )

  it('gives several names ids one after the other, for both encoders of a pair', async () => {
    const file = adapterFile('embedding-pair.safetensors')
    const { embeddings } = await apply({
      graphs: { unet, textEncoder, textEncoder2: adapterFile('text-encoder-legacy.onnx') },
      embeddings: [
        { name: 'one', file },
        { name: 'two', file },
      ],
    })
    const ids = new Map([
      ['one', [50, 51]],
      ['two', [52, 53]],
    ])
    expect(embeddings).toEqual({ textEncoder: ids, textEncoder2: ids })
  })

  it('is refused for a model with another number of text encoders', async () => {
    const file = adapterFile('embedding-pair.safetensors')
    await expect(apply({ embeddings: [{ name: 'one', file }] })).rejects.toMatchObject({
      code: 'model_incompatible',
      facts: { file, accepted: 'emb_params' },
    })
  })

  it('is refused with vectors of another width', async () => {
    const bytes = safetensorsBytes({ emb_params: { shape: [1, 4], values: [1, 2, 3, 4] } })
    const file = await written('narrow.safetensors', bytes)
    await expect(apply({ embeddings: [{ name: 'one', file }] })).rejects.toMatchObject({
      code: 'model_incompatible',
      facts: { file, accepted: 'vectors of 8 values' },
    })
  })

  it('works on the demo model, whose embedding is stored in half precision', async () => {
    const bytes = safetensorsBytes({ emb_params: { shape: [1, 192], values: Array(192).fill(1) } })
    const file = await written('demo-word.safetensors', bytes)
    const graphs = { unet, textEncoder: join(demoModelFolder, 'text_encoder/model.onnx') }
    const result = await apply({ graphs, embeddings: [{ name: 'word', file }] })
    expect(result.embeddings.textEncoder).toEqual(new Map([['word', [3773]]]))
    expect(result.layers).toEqual({ textEncoder: 3 })
  })
})

it('answers from the cache what it answered before', async () => {
  const request = {
    loras: [{ file: adapterFile('lora-peft.safetensors'), weight: 0.3 }],
    embeddings: [{ name: 'style', file: adapterFile('embedding.safetensors') }],
  }
  expect(await apply(request)).toEqual(await apply(request))
})
