import { buildJobSpec, buildModelManifest, buildSha256 } from '@reverie/testkit'
import { expect, it } from 'vitest'
import { formatParameters } from '../../src/images/parameters.ts'

const hash = buildSha256('weights')
const manifest = buildModelManifest({
  files: [
    { path: 'text_encoder/model.onnx', size: 9_000, sha256: buildSha256('text') },
    { path: 'unet/model.onnx', size: 10, sha256: buildSha256('graph') },
    { path: 'unet/model.onnx_data', size: 5_000, sha256: hash },
  ],
})
const spec = buildJobSpec({
  prompt: 'red apple',
  sampler: 'dpmpp_2m',
  schedule: 'karras',
  cfgScale: 4,
  seed: '18446744073709551615',
})

it('is what AUTOMATIC1111 writes', () => {
  expect(formatParameters({ ...spec, negativePrompt: 'blurry' }, manifest)).toBe(
    `red apple\nNegative prompt: blurry\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 4, Seed: 18446744073709551615, Size: 128x128, Model hash: ${hash.slice(0, 10)}, Model: pocket, RNG: CPU, Version: reverie 0.1.0`,
  )
})

it('has no negative line without a negative prompt', () => {
  expect(formatParameters(spec, manifest).split('\n')).toHaveLength(2)
})

it('names no schedule for DDIM, which has timesteps of its own', () => {
  const text = formatParameters({ ...spec, sampler: 'ddim' }, manifest)
  expect(text).toContain('Sampler: DDIM, CFG scale')
})
