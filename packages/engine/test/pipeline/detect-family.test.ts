import { describe, expect, it } from 'vitest'
import { detectFamily } from '../../src/pipeline/detect-family.ts'
import { ModelIndex, TextEncoderConfig, UnetConfig } from '../../src/pipeline/model-configs.ts'

const THERE = ['transformers', 'CLIPTextModel']
const NONE = [null, null]

const familyOf = (
  name: string,
  index: Record<string, unknown> = { text_encoder: THERE },
  text: Record<string, unknown> = {},
  unet: Record<string, unknown> = {},
) =>
  detectFamily(ModelIndex.parse({ _class_name: name, ...index }), {
    text: TextEncoderConfig.parse(text),
    unet: UnetConfig.parse(unet),
  })

describe('the family of a model folder', () => {
  it.each([
    'StableDiffusionPipeline',
    'OnnxStableDiffusionPipeline',
    'ORTStableDiffusionPipeline',
    'StableDiffusionImg2ImgPipeline',
    'OnnxStableDiffusionInpaintPipeline',
    'OnnxStableDiffusionInpaintPipelineLegacy',
    'StableDiffusionControlNetPipeline',
    'StableDiffusionControlNetInpaintPipeline',
    'LatentConsistencyModelPipeline',
    'ORTLatentConsistencyModelPipeline',
    'LatentConsistencyModelImg2ImgPipeline',
  ])('%s is sd1', (name) => {
    expect(familyOf(name)).toBe('sd1')
  })

  it.each([
    [{ hidden_act: 'gelu' }, {}],
    [{ hidden_size: 1024 }, {}],
    [{}, { cross_attention_dim: 1024 }],
  ])('OpenCLIP’s text encoder is sd2: %j, UNet %j', (text, unet) => {
    expect(familyOf('StableDiffusionPipeline', {}, text, unet)).toBe('sd2')
  })

  it.each([
    'StableDiffusionXLPipeline',
    'ORTStableDiffusionXLPipeline',
    'StableDiffusionXLInpaintPipeline',
    'StableDiffusionXLImg2ImgPipeline',
  ])('%s with two text encoders is sdxl', (name) => {
    expect(familyOf(name, { text_encoder: THERE, text_encoder_2: THERE })).toBe('sdxl')
  })

  it.each([
    { text_encoder: NONE, text_encoder_2: THERE },
    { text_encoder_2: THERE },
    { text_encoder: THERE, text_encoder_2: THERE, requires_aesthetics_score: true },
  ])('SDXL with %j is its refiner', (index) => {
    expect(familyOf('StableDiffusionXLImg2ImgPipeline', index)).toBe('sdxl_refiner')
  })

  it.each([
    'FluxPipeline',
    'StableDiffusion3Pipeline',
    'StableDiffusionInstructPix2PixPipeline',
    'StableDiffusionUpscalePipeline',
    'constructor',
    '',
  ])('%j is refused by its name', (name) => {
    expect(() => familyOf(name)).toThrow(
      expect.objectContaining({
        code: 'model_invalid',
        facts: expect.objectContaining({ file: 'model_index.json', field: '_class_name' }),
      }),
    )
  })
})
