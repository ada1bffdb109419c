import { type InstalledModel, type JobSpec, ReverieError } from '@reverie/core'
import { PIXELS_PER_LATENT } from '../pipeline/geometry.ts'

/**
 * Checks a job against what the model's manifest says it can do.
 * @throws ReverieError `unsupported_by_model`; `internal` when the job names another model
 */
export function checkRequest({ cid, manifest }: InstalledModel, spec: JobSpec): void {
  if (spec.model !== cid) {
    throw new ReverieError(
      'internal',
      `the job is for model ${spec.model}, the engine was given ${cid}`,
    )
  }
  const { min, max, step } = manifest.size
  for (const field of ['width', 'height'] as const) {
    const side = spec[field]
    const fits = side >= min && side <= max && side % step === 0 && side % PIXELS_PER_LATENT === 0
    if (!fits) {
      refuse(manifest.name, field, side, `${min} to ${max} pixels in steps of ${step}`)
    }
  }
  const { steps } = manifest
  if (spec.steps < steps.min || spec.steps > steps.max) {
    refuse(manifest.name, 'steps', spec.steps, `${steps.min} to ${steps.max}`)
  }
}

function refuse(model: string, field: string, value: number, accepted: string): never {
  throw new ReverieError(
    'unsupported_by_model',
    `the model ${model} cannot do ${field} ${value}; it takes ${accepted}`,
    { field, accepted },
  )
}
