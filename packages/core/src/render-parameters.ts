import * as z from 'zod/mini'
import { ManifestCid } from './ids.ts'
import { Sampler, Schedule } from './samplers.ts'
import { Seed } from './seed.ts'

/** A render with every choice made: the request, the manifest's defaults and a drawn seed. Nothing is optional. */
export const RenderParameters = z.object({
  model: ManifestCid,
  prompt: z.string(),
  negativePrompt: z.string(),
  width: z.int(),
  height: z.int(),
  steps: z.int(),
  sampler: Sampler,
  schedule: Schedule,
  cfgScale: z.number(),
  /** Seed of image 0. */
  seed: Seed,
  n: z.int(),
})
export type RenderParameters = z.infer<typeof RenderParameters>
