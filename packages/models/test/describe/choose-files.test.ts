import { describe, expect, it } from 'vitest'
import { chooseFiles, externalFiles } from '../../src/describe/choose-files.ts'

const PIPELINE = [
  'model_index.json',
  'scheduler/scheduler_config.json',
  'text_encoder/config.json',
  'text_encoder/model.onnx',
  'tokenizer/merges.txt',
  'tokenizer/tokenizer_config.json',
  'tokenizer/vocab.json',
  'unet/config.json',
  'unet/model.onnx',
  'vae_decoder/model.onnx',
  'vae_encoder/model.onnx',
]
const BESIDE = [
  'README.md',
  'v1-5-pruned.ckpt',
  'model.safetensors',
  'unet/diffusion_pytorch_model.safetensors',
  'unet/diffusion_pytorch_model.bin',
  'unet/model_fp16.onnx',
  'unet/openvino_model.xml',
  'safety_checker/model.onnx',
  'feature_extractor/preprocessor_config.json',
  'vae/diffusion_pytorch_model.bin',
  'onnx/unet/model.onnx',
]

const chosen = (paths: string[]) =>
  chooseFiles(paths, 'a/b')
    .files.map(({ to }) => to)
    .toSorted()

describe('choosing what the engine runs', () => {
  it('takes the parts of a pipeline and nothing of torch beside them', () => {
    expect(chosen([...BESIDE, ...PIPELINE])).toEqual(PIPELINE)
  })

  it.each([
    ['unet', /no ONNX|without ONNX/],
    ['vae_decoder', /vae_decoder\/model\.onnx/],
    ['text_encoder', /text_encoder\/model\.onnx/],
  ])('refuses a pipeline whose %s is not there', (part, message) => {
    expect(() => chosen(PIPELINE.filter((path) => path !== `${part}/model.onnx`))).toThrow(message)
  })

  it.each([
    'scheduler/scheduler_config.json',
    'tokenizer/tokenizer_config.json',
    'tokenizer/vocab.json',
  ])('refuses a pipeline without %s', (missing) => {
    expect(() => chosen(PIPELINE.filter((path) => path !== missing))).toThrow(/is not complete/)
  })

  it("takes a tokenizer's one file where the two that it stands for are missing", () => {
    const words = ['tokenizer/vocab.json', 'tokenizer/merges.txt']
    const newer = [...PIPELINE.filter((path) => !words.includes(path)), 'tokenizer/tokenizer.json']
    expect(chosen(newer)).toEqual(newer.toSorted())
    expect(chosen([...PIPELINE, 'tokenizer/tokenizer.json'])).toEqual(PIPELINE)
  })

  it('takes one graph under the name that the engine looks for', () => {
    expect(chooseFiles(['RealESRGAN_x4.onnx', 'notes.txt'], 'x').files).toEqual([
      { from: 'RealESRGAN_x4.onnx', to: 'model.onnx' },
    ])
  })

  it('asks which, where there are several', () => {
    expect(() => chosen(['a.safetensors', 'b.safetensors'])).toThrow(
      /name one: a\/b:a\.safetensors/,
    )
  })

  it('points to the converter where there is only torch', () => {
    expect(() => chosen(['model_index.json', 'unet/x.safetensors'])).toThrow(/convert-help/)
    expect(() => chosen(['README.md'])).toThrow(/no ONNX graphs and no adapter/)
  })
})

describe('weights that a graph keeps beside it', () => {
  const graph = { from: 'sub/unet/model.onnx', to: 'unet/model.onnx' }

  it('are found by the names in the graph', () => {
    const paths = ['sub/unet/model.onnx_data', 'sub/unet/weights.pb']
    expect(externalFiles(graph, ['model.onnx_data', './weights.pb'], paths)).toEqual([
      { from: 'sub/unet/model.onnx_data', to: 'unet/model.onnx_data' },
      { from: 'sub/unet/weights.pb', to: 'unet/weights.pb' },
    ])
  })

  it.each(['../x', '/etc/passwd', 'none.bin', '', 'a\\b'])('are refused at %j', (location) => {
    expect(() => externalFiles(graph, [location], ['sub/x', '/etc/passwd'])).toThrow(
      expect.objectContaining({ code: 'model_invalid' }),
    )
  })
})
