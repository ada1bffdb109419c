import {
  canonicalSeed,
  kindOf,
  type RenderParameters,
  type RenderRequest,
  ReverieError,
  randomSeed,
} from '@reverie/core'
import type { CatalogueModel } from '../ports.ts'
import { checkFeatures, checkParts } from './contradictions.ts'
import { createFindFurther } from './further-models.ts'
import { checkInputs, type SentInputs } from './inputs.ts'
import { takeLoraTags } from './lora-tags.ts'
import { unsupported } from './refusals.ts'
import { sizeOf } from './sizes.ts'
import { admitTechniques } from './techniques.ts'

/** What a request is held against. */
export interface Admission {
  /** The model that draws. */
  readonly model: CatalogueModel
  /** Everything that is offered here: where further models come from. */
  readonly offered: readonly CatalogueModel[]
  /** Pictures that the account has sent, of those that the request names. */
  readonly sent: SentInputs
}

/**
 * Makes every choice that the request left open and checks all of them: against the model, the catalogue, the pictures
 * that were sent, and each other. LoRA tags in the prompt become LoRAs, unless its syntax is `plain`.
 *
 * @throws ReverieError `unsupported_by_model`, `invalid_parameter`, `model_not_found`, `model_incompatible`,
 * `input_invalid`, each with the field and what would be taken in its place
 */
export function admit(
  request: RenderRequest,
  { model, offered, sent }: Admission,
): RenderParameters {
  const { manifest } = model
  checkDraws(model, offered)
  const { defaults, steps: range, name } = manifest
  const steps = request.steps ?? defaults.steps
  if (steps < range.min || steps > range.max) {
    throw unsupported(name, 'steps', String(steps), `${range.min} to ${range.max}`)
  }
  const { prompt, tags } = promptOf(request)
  checkParts(request)
  const techniques = admitTechniques(request, tags, createFindFurther(offered, manifest))
  checkFeatures(request, techniques.loras !== undefined, manifest)
  checkInputs(request, sent)
  return {
    model: model.cid,
    prompt,
    negativePrompt: request.negativePrompt,
    ...sizeOf(request, request.init && sent.get(request.init.image), manifest),
    steps,
    sampler: request.sampler ?? defaults.sampler,
    schedule: request.schedule ?? defaults.schedule,
    cfgScale: request.cfgScale ?? defaults.cfgScale,
    seed: request.seed === undefined ? randomSeed() : canonicalSeed(request.seed),
    rng: request.rng ?? 'torch-cpu',
    n: request.n,
    ...techniques,
  }
}

const promptOf = ({ prompt, promptSyntax }: RenderRequest): ReturnType<typeof takeLoraTags> =>
  promptSyntax === 'plain' ? { prompt, tags: [] } : takeLoraTags(prompt)

/** Only checkpoints draw by themselves, and a refiner only goes on with what another began. */
function checkDraws(model: CatalogueModel, offered: readonly CatalogueModel[]): void {
  const draws = ({ manifest }: CatalogueModel) =>
    kindOf(manifest) === 'checkpoint' && manifest.family !== 'sdxl_refiner'
  if (draws(model)) return
  const { manifest } = model
  const kind = manifest.family === 'sdxl_refiner' ? 'refiner' : kindOf(manifest)
  const accepted = offered
    .filter(draws)
    .map((each) => each.manifest.name)
    .join(', ')
  throw new ReverieError(
    'model_incompatible',
    `model ${manifest.name} (${kind}) cannot draw by itself; choose one of: ${accepted}`,
    { field: 'model', accepted },
  )
}
