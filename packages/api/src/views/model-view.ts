import { ManifestCid, ModelFeature, ModelKind, ModelManifest } from '@reverie/core'
import * as z from 'zod/mini'

const { name, title, family, precision, licence, size, steps, defaults, peakMemory } =
  ModelManifest.shape

/** A model of the catalogue, and who can run it now. */
export const ModelView = z.object({
  cid: ManifestCid,
  name,
  title,
  /** What it is for: only a checkpoint draws by itself. */
  kind: ModelKind,
  family,
  /** What a checkpoint can do beyond text-to-image. */
  features: z.array(ModelFeature),
  precision,
  licence,
  /** Pixels: width and height from `min` to `max` in steps of `step`. */
  size,
  steps,
  /** What a request that leaves them out gets. */
  defaults,
  peakMemory,
  /** Bytes of all its files. */
  bytes: z.int(),
  /** Serves requests that name no model. */
  default: z.boolean(),
  /** Connected workers that have it on disk, and of those the ones that have it loaded. */
  workers: z.int(),
  warm: z.int(),
})
export type ModelView = z.infer<typeof ModelView>

export const ModelList = z.object({ models: z.array(ModelView) })
export type ModelList = z.infer<typeof ModelList>
