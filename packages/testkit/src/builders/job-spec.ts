import { JobSpec, newJobId } from '@reverie/core'
import { buildManifestCid } from './ids.ts'

/** A valid job; `changes` replace fields and are checked by the schema. */
export const buildJobSpec = (changes: Partial<JobSpec> = {}): JobSpec =>
  JobSpec.parse({
    v: 1,
    job: newJobId(),
    model: buildManifestCid(),
    prompt: 'red apple, 3d style, blue background',
    negativePrompt: '',
    width: 128,
    height: 128,
    steps: 20,
    sampler: 'euler',
    schedule: 'normal',
    cfgScale: 5,
    seed: '42',
    rng: 'torch-cpu',
    nonce: '00112233445566778899aabbccddeeff',
    ...changes,
  })
