import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseComfyui } from '../../src/index.ts'

/** ComfyUI's own first workflow, as it lies in a PNG. */
const graph = {
  '3': {
    class_type: 'KSampler',
    inputs: {
      seed: 156680208700286,
      steps: 20,
      cfg: 8,
      sampler_name: 'euler_ancestral',
      scheduler: 'karras',
      denoise: 1,
      model: ['10', 0],
      positive: ['6', 0],
      negative: ['7', 0],
      latent_image: ['5', 0],
    },
  },
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'v1-5.safetensors' } },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 768, batch_size: 1 } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: ['8', 0], clip: ['4', 1] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: 'text, watermark', clip: ['4', 1] } },
  '8': { class_type: 'PrimitiveString', inputs: { value: 'a (bottle:1.2)' } },
  '9': { class_type: 'SaveImage', inputs: { images: ['8', 0] } },
  '10': { class_type: 'LoraLoader', inputs: { model: ['4', 0], lora_name: 'x' } },
}

describe('a graph of ComfyUI', () => {
  it('gives prompts, size, checkpoint and the sampler with what it was set to', () => {
    expect(parseComfyui(JSON.stringify(graph))).toEqual({
      source: 'comfyui',
      settings: {
        prompt: 'a (bottle:1.2)',
        negativePrompt: 'text, watermark',
        promptSyntax: 'comfy',
        steps: 20,
        cfgScale: 8,
        seed: 156680208700286,
        sampler: 'euler_ancestral',
        schedule: 'karras',
        width: 512,
        height: 768,
        model: 'v1-5.safetensors',
      },
      others: {},
    })
  })

  it('says what it uses that is not known here', () => {
    const inputs = { ...graph['3'].inputs, sampler_name: 'deis', denoise: 0.5 }
    const text = JSON.stringify({ ...graph, '3': { class_type: 'KSampler', inputs } })
    expect(parseComfyui(text)).toMatchObject({ others: { sampler_name: 'deis', denoise: '0.5' } })
  })

  it('is nothing where nothing samples', () => {
    expect(parseComfyui(JSON.stringify({ '9': graph['9'] }))).toBeUndefined()
    expect(parseComfyui('not json')).toBeUndefined()
  })

  it('may hold circles, missing nodes and inherited names', () => {
    const inputs = { ...graph['3'].inputs, positive: ['6', 0], negative: ['__proto__', 0] }
    const circle = {
      '3': { class_type: 'KSampler', inputs },
      '6': { class_type: 'ConditioningCombine', inputs: { conditioning_1: ['6', 0] } },
    }
    expect(parseComfyui(JSON.stringify(circle))?.settings).toMatchObject({
      prompt: '',
      negativePrompt: '',
    })
  })

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.jsonValue(), (text, value) => {
        parseComfyui(text)
        parseComfyui(JSON.stringify({ '3': { class_type: 'KSampler', inputs: value } }))
      }),
    )
  })
})
