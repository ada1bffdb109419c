import {
  kindOf,
  type ManifestCid,
  type ModelFamily,
  type ModelKind,
  type ModelManifest,
  ReverieError,
} from '@reverie/core'
import type { CatalogueModel } from '../ports.ts'

/** Finds a model that a request names beside its own, and holds it against what it is to be. */
export type FindFurther = (kind: ModelKind, name: string, field: string) => ManifestCid

const KIND_NAMES: Record<ModelKind, string> = {
  checkpoint: 'checkpoint',
  lora: 'LoRA',
  embedding: 'textual inversion',
  controlnet: 'ControlNet',
  upscaler: 'upscaler',
  face_restorer: 'face restorer',
  safety_checker: 'safety checker',
}

const aKind = (kind: ModelKind) => `${kind === 'upscaler' ? 'an' : 'a'} ${KIND_NAMES[kind]}`

/** Kinds whose weights or graphs have the shapes of one family. */
const OF_ONE_FAMILY: ReadonlySet<ModelKind> = new Set([
  'checkpoint',
  'lora',
  'embedding',
  'controlnet',
])

/** A refiner draws on with the latents of another model: its own family's, or SDXL's for the one made for it. */
const familiesFor = (kind: ModelKind, family: ModelFamily): readonly ModelFamily[] =>
  kind === 'checkpoint' && family === 'sdxl' ? ['sdxl', 'sdxl_refiner'] : [family]

/** @param model the checkpoint that draws */
export function createFindFurther(
  offered: readonly CatalogueModel[],
  model: ModelManifest,
): FindFurther {
  return (kind, name, field) => {
    const families = familiesFor(kind, model.family)
    const fits = ({ manifest }: CatalogueModel) =>
      kindOf(manifest) === kind && (!OF_ONE_FAMILY.has(kind) || families.includes(manifest.family))
    const named = offered.filter(({ cid, manifest }) => cid === name || manifest.name === name)
    const found = named.find(fits)
    if (found) return found.cid
    const accepted = offered
      .filter(fits)
      .map(({ manifest }) => manifest.name)
      .join(', ')
    const [other] = named
    if (!other) throw notFound(kind, name, field, accepted)
    throw incompatible(kind, other.manifest, { field, model, accepted })
  }
}

const none = (kind: ModelKind) => `nothing: no ${KIND_NAMES[kind]} that fits is offered here`

const notFound = (kind: ModelKind, name: string, field: string, accepted: string) =>
  new ReverieError(
    'model_not_found',
    `${field}: no ${KIND_NAMES[kind]} ${JSON.stringify(name)} is offered here${accepted && `; there is: ${accepted}`}`,
    { field, accepted: accepted || none(kind) },
  )

function incompatible(
  kind: ModelKind,
  other: ModelManifest,
  { field, model, accepted }: { field: string; model: ModelManifest; accepted: string },
): ReverieError {
  const wrong =
    kindOf(other) === kind
      ? `is for family ${other.family}, model ${model.name} is of ${model.family}`
      : `is ${aKind(kindOf(other))}, not ${aKind(kind)}`
  return new ReverieError(
    'model_incompatible',
    `${field}: ${other.name} ${wrong}; what fits: ${accepted || 'nothing that is offered here'}`,
    { field, accepted: accepted || none(kind) },
  )
}
