import {
  canonicalSeed,
  type ManifestCid,
  type ModelManifest,
  type RenderParameters,
  type RenderRequest,
  ReverieError,
  randomSeed,
} from '@reverie/core'

const unsupported = (field: string, value: number, accepted: string, model: string): ReverieError =>
  new ReverieError(
    'unsupported_by_model',
    `model ${model} cannot use ${field} ${value}; it takes ${accepted}`,
    { field, accepted },
  )

function side(field: 'width' | 'height', value: number, { size, name }: ModelManifest): number {
  if (value < size.min || value > size.max || value % size.step !== 0) {
    throw unsupported(field, value, `${size.min} to ${size.max} in steps of ${size.step}`, name)
  }
  return value
}

/**
 * Makes every choice that the request left open and checks all of them against the model.
 *
 * @throws ReverieError `unsupported_by_model` with the field and what the model takes
 */
export function admit(
  request: RenderRequest,
  model: { readonly cid: ManifestCid; readonly manifest: ModelManifest },
): RenderParameters {
  const { defaults, steps: range, name } = model.manifest
  const steps = request.steps ?? defaults.steps
  if (steps < range.min || steps > range.max) {
    throw unsupported('steps', steps, `${range.min} to ${range.max}`, name)
  }
  return {
    model: model.cid,
    prompt: request.prompt,
    negativePrompt: request.negativePrompt,
    width: side('width', request.width ?? defaults.width, model.manifest),
    height: side('height', request.height ?? defaults.height, model.manifest),
    steps,
    sampler: request.sampler ?? defaults.sampler,
    schedule: request.schedule ?? defaults.schedule,
    cfgScale: request.cfgScale ?? defaults.cfgScale,
    seed: request.seed === undefined ? randomSeed() : canonicalSeed(request.seed),
    n: request.n,
  }
}
