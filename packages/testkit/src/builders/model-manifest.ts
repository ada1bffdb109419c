import { ModelManifest } from '@reverie/core'
import { buildSha256 } from './ids.ts'

/** A valid manifest of a small model, sizes in steps of 32; `changes` replace fields and are checked by the schema. */
export const buildModelManifest = (changes: Partial<ModelManifest> = {}): ModelManifest =>
  ModelManifest.parse({
    v: 1,
    name: 'pocket',
    title: 'Pocket test model',
    family: 'sd1',
    files: [{ path: 'unet/model.onnx', size: 1_000, sha256: buildSha256('unet') }],
    precision: 'fp32',
    licence: 'CC0-1.0',
    size: { min: 64, max: 512, step: 32 },
    steps: { min: 1, max: 100 },
    defaults: {
      width: 128,
      height: 128,
      steps: 20,
      sampler: 'euler',
      schedule: 'normal',
      cfgScale: 5,
    },
    peakMemory: 512 * 1024 ** 2,
    ...changes,
  })
