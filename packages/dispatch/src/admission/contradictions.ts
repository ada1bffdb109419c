import {
  featuresOf,
  type ModelFeature,
  type ModelManifest,
  type RenderRequest,
} from '@reverie/core'
import { invalid, unsupported } from './refusals.ts'
import { isLatentUpscaler } from './techniques.ts'

/** What a request asks of the model beyond text-to-image, by the field that asks. */
function askedFeatures(
  request: RenderRequest,
  hasLoras: boolean,
): readonly (readonly [string, ModelFeature])[] {
  const { init, inpaint, outpaint, hires, control = [], embeddings = [] } = request
  const asked: [field: string, feature: ModelFeature, isAsked: boolean][] = [
    ['init', 'init', init !== undefined],
    ['inpaint', 'inpaint', inpaint !== undefined],
    ['outpaint', 'inpaint', outpaint !== undefined],
    // Enlarged pixels have to become latents again.
    ['hires.upscaler', 'init', hires !== undefined && !isLatentUpscaler(hires.upscaler)],
    ['control', 'control', control.length > 0],
    ['loras', 'lora', hasLoras],
    ['embeddings', 'embedding', embeddings.length > 0],
  ]
  return asked.flatMap(([field, feature, isAsked]) => (isAsked ? [[field, feature] as const] : []))
}

/** A model that starts from pictures can also be kept from changing a part of one. */
const isAble = (features: readonly ModelFeature[], feature: ModelFeature): boolean =>
  features.includes(feature) || (feature === 'inpaint' && features.includes('init'))

/** @throws ReverieError `unsupported_by_model` for what the model has no parts for */
export function checkFeatures(
  request: RenderRequest,
  hasLoras: boolean,
  manifest: ModelManifest,
): void {
  const features = featuresOf(manifest)
  for (const [field, feature] of askedFeatures(request, hasLoras)) {
    if (isAble(features, feature)) continue
    const accepted = ['text-to-image', ...features].join(', ')
    throw unsupported(manifest.name, field, `(${feature})`, accepted)
  }
  const { name, steps } = manifest
  const second = request.hires?.steps
  if (second === undefined || (second >= steps.min && second <= steps.max)) return
  throw unsupported(name, 'hires.steps', String(second), `${steps.min} to ${steps.max}`)
}

/** @throws ReverieError `invalid_parameter` where one part of the request leaves another without sense */
export function checkParts({ init, inpaint, outpaint, control = [] }: RenderRequest): void {
  for (const [name, part] of Object.entries({ inpaint, outpaint })) {
    if (part === undefined || init !== undefined) continue
    throw invalid('init', `is missing: ${name} needs it`, 'a picture to start from')
  }
  for (const [at, { start, end }] of control.entries()) {
    if (start < end) continue
    throw invalid(`control.${at}.end`, `is ${end}`, `more than its start, ${start}, up to 1`)
  }
}
