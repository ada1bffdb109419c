import {
  type ImageFormat,
  type InstalledModel,
  type JobSpec,
  MAX_IMAGE_BYTES,
  MAX_INPUT_BYTES,
  type RenderInputs,
  ReverieError,
  type Sha256,
} from '@reverie/core'
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

/**
 * Checks input pictures before they are sent to another process.
 * @throws ReverieError `input_invalid` naming the field of one with more bytes than are taken
 */
export function checkImages(
  { init, inpaint, control = [] }: Pick<JobSpec, 'init' | 'inpaint' | 'control'>,
  { images }: RenderInputs,
): void {
  const named: readonly (readonly [field: string, hash: Sha256 | undefined])[] = [
    ['init.image', init?.image],
    ['inpaint.mask', inpaint?.mask],
    ...control.map(({ image }, i) => [`control.${i}.image`, image] as const),
  ]
  for (const [field, hash] of named) {
    const bytes = hash === undefined ? 0 : (images?.get(hash)?.length ?? 0)
    if (bytes <= MAX_INPUT_BYTES) continue
    throw new ReverieError(
      'input_invalid',
      `the picture for ${field} has ${bytes} bytes; at most ${MAX_INPUT_BYTES} are taken`,
      { field, accepted: `at most ${MAX_INPUT_BYTES} bytes` },
    )
  }
}

/**
 * Refuses a finished file that is too large to be delivered: noise as a PNG is as large as its pixels.
 * @throws ReverieError `unsupported_by_model` naming what would make it smaller
 */
export function requireDeliverable(
  { length }: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  format: ImageFormat,
): void {
  if (length <= MAX_IMAGE_BYTES) return
  const accepted = format === 'png' ? 'webp, jpeg or a smaller picture' : 'a smaller picture'
  throw new ReverieError(
    'unsupported_by_model',
    `the finished picture, ${width} x ${height}, has ${length} bytes as ${format}; at most ${MAX_IMAGE_BYTES} can be delivered. Ask for ${accepted}`,
    { field: 'format', accepted },
  )
}
