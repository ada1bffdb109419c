import type { NewRender } from '@reverie/core'
import { newAccountId, newJobId, newRenderId, RenderParameters, seedOfImage } from '@reverie/core'
import { buildManifestCid } from './ids.ts'

/** Valid parameters of a render; `changes` replace fields and are checked by the schema. */
export const buildRenderParameters = (changes: Partial<RenderParameters> = {}): RenderParameters =>
  RenderParameters.parse({
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
    n: 1,
    ...changes,
  })

export interface NewRenderChanges extends Partial<Omit<NewRender, 'parameters' | 'jobs'>> {
  readonly parameters?: Partial<RenderParameters>
}

/** A valid new render with `parameters.n` jobs, of an account of its own unless one is given. */
export function buildNewRender(changes: NewRenderChanges = {}): NewRender {
  const { parameters: parameterChanges, ...others } = changes
  const parameters = buildRenderParameters(parameterChanges)
  return {
    id: newRenderId(),
    account: newAccountId(),
    createdAt: Date.UTC(2026, 0, 1),
    idempotency: undefined,
    ...others,
    parameters,
    jobs: Array.from({ length: parameters.n }, (_, index) => ({
      id: newJobId(),
      index,
      seed: seedOfImage(parameters.seed, index),
      nonce: index.toString(16).padStart(32, '0'),
    })),
  }
}
