import { ModelFamily, ModelKind, Sampler, Schedule } from '@reverie/core'
import * as z from 'zod/mini'
import catalogueJson from '../../catalogue.json' with { type: 'json' }

const Text = z.string().check(z.minLength(1), z.maxLength(300))

const CatalogueEntry = z.strictObject({
  /** What people type. */
  alias: z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)),
  title: Text,
  /** "owner/name" on the hub. */
  repo: z.string().check(z.regex(/^[\w.-]+\/[\w.-]+$/)),
  /** @defaultValue "main" */
  revision: z.optional(Text),
  /** A folder in it. */
  path: z.optional(Text),
  family: ModelFamily,
  kind: ModelKind,
  /** SPDX identifier or LicenseRef. */
  licence: Text,
  /** Bytes to download, roughly. */
  approximateBytes: z.int().check(z.gt(0)),
  /** What the repository's makers advise; where it says something, pulled models get it. */
  defaults: z.optional(
    z.strictObject({
      steps: z.optional(z.int().check(z.gte(1))),
      cfgScale: z.optional(z.number()),
      sampler: z.optional(Sampler),
      schedule: z.optional(Schedule),
    }),
  ),
  notes: z.optional(z.string().check(z.maxLength(500))),
})
export type CatalogueEntry = z.infer<typeof CatalogueEntry>

const Catalogue = z.strictObject({
  v: z.literal(1),
  models: z.array(CatalogueEntry).check(z.maxLength(500)),
})
export type Catalogue = z.infer<typeof Catalogue>

/** Well-known public repositories that hold models as the engine takes them. */
export const readCatalogue = (): Catalogue => z.parse(Catalogue, catalogueJson)

export const findInCatalogue = ({ models }: Catalogue, alias: string): CatalogueEntry | undefined =>
  models.find((entry) => entry.alias === alias)
