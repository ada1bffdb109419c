import type { ModelView } from '@reverie/api'
import { type ConnectedWorker, featuresOf, kindOf } from '@reverie/core'
import type { CatalogueModel } from '@reverie/dispatch'
import type { ModelCatalogue } from '../ports.ts'

/** A model and how many of `workers` can run it now; draining ones cannot. */
export function modelView(
  { cid, manifest }: CatalogueModel,
  catalogue: ModelCatalogue,
  workers: readonly ConnectedWorker[],
): ModelView {
  const { name, title, family, precision, licence, size, steps, defaults, peakMemory } = manifest
  const able = workers.filter(({ profile }) => !profile.draining && profile.models.includes(cid))
  return {
    cid,
    name,
    title,
    kind: kindOf(manifest),
    family,
    features: kindOf(manifest) === 'checkpoint' ? [...featuresOf(manifest)] : [],
    precision,
    licence,
    size,
    steps,
    defaults,
    peakMemory,
    bytes: manifest.files.reduce((sum, file) => sum + file.size, 0),
    default: catalogue.default === cid,
    workers: able.length,
    warm: able.filter(({ profile }) => profile.warm.includes(cid)).length,
  }
}
