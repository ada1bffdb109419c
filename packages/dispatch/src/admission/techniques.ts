import {
  canonicalSeed,
  LATENT_UPSCALERS,
  type ManifestCid,
  type RenderRequest,
  type Techniques,
  techniquesIn,
} from '@reverie/core'
import type { FindFurther } from './further-models.ts'
import type { LoraTag } from './lora-tags.ts'
import { invalid } from './refusals.ts'

const MAX_LORAS = 8

type LatentUpscaler = (typeof LATENT_UPSCALERS)[number]

/** Makes latents larger; what is not one names a model that makes pixels larger. */
export const isLatentUpscaler = (upscaler: string): upscaler is LatentUpscaler =>
  LATENT_UPSCALERS.some((each) => each === upscaler)

/** LoRAs of the request's own list, then those named in the prompt. */
function lorasOf(
  { loras = [] }: RenderRequest,
  tags: readonly LoraTag[],
  find: FindFurther,
): NonNullable<Techniques['loras']> {
  const all = [
    ...loras.map(({ model, weight }, at) => ({
      model: find('lora', model, `loras.${at}.model`),
      weight,
    })),
    ...tags.map(({ name, weight }) => ({ model: find('lora', name, 'prompt'), weight })),
  ]
  if (all.length <= MAX_LORAS) return all
  throw invalid('loras', `and the prompt name ${all.length} LoRAs`, `at most ${MAX_LORAS} together`)
}

/** The same part with its model by CID. */
const withModel = <T extends { readonly model: string }>(
  part: T,
  model: ManifestCid,
): Omit<T, 'model'> & { readonly model: ManifestCid } => ({ ...part, model })

/** The parts that name models, by CID; absent where the request has none. */
function partsWithModels(request: RenderRequest, tags: readonly LoraTag[], find: FindFurther) {
  const { hires, control, embeddings, refiner, restoreFaces, upscale, safety } = request
  return {
    hires: hires && {
      ...hires,
      upscaler: isLatentUpscaler(hires.upscaler)
        ? hires.upscaler
        : find('upscaler', hires.upscaler, 'hires.upscaler'),
    },
    control: control?.map((each, at) =>
      withModel(each, find('controlnet', each.model, `control.${at}.model`)),
    ),
    loras: lorasOf(request, tags, find),
    embeddings: embeddings?.map((each, at) =>
      withModel(each, find('embedding', each.model, `embeddings.${at}.model`)),
    ),
    refiner: refiner && withModel(refiner, find('checkpoint', refiner.model, 'refiner.model')),
    restoreFaces:
      restoreFaces &&
      withModel(restoreFaces, find('face_restorer', restoreFaces.model, 'restoreFaces.model')),
    upscale: upscale && withModel(upscale, find('upscaler', upscale.model, 'upscale.model')),
    safety: safety && withModel(safety, find('safety_checker', safety.model, 'safety.model')),
  }
}

/** Not used is absent, and so is a list of nothing: jobs that mean the same hash the same. */
const isUsed = (part: unknown): boolean =>
  part !== undefined && !(Array.isArray(part) && part.length === 0)

/**
 * The techniques of a request with models by CID and canonical seeds; what is not used stays absent.
 * @param tags LoRAs named in the prompt
 * @throws ReverieError `invalid_parameter`, `model_not_found`, `model_incompatible`
 */
export function admitTechniques(
  request: RenderRequest,
  tags: readonly LoraTag[],
  find: FindFurther,
): Techniques {
  const { variation, ...others } = request
  const all = {
    ...others,
    ...partsWithModels(request, tags, find),
    variation: variation && { ...variation, seed: canonicalSeed(variation.seed) },
  }
  const used = Object.entries(all).filter(([, part]) => isUsed(part))
  // Every part is one of the request's, its names replaced above by what they stand for.
  return techniquesIn(Object.fromEntries(used) as Techniques)
}
