import * as z from 'zod/mini'
import { ManifestCid } from './ids.ts'
import { Rng } from './job-spec.ts'
import { Sampler, Schedule } from './samplers.ts'
import { Seed } from './seed.ts'
import { jobTechniques } from './techniques.ts'

/** A render with every choice made: the request, the manifest's defaults and a drawn seed. Only techniques that are not used are absent. */
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
  /** Absent in renders of before it could be chosen: `torch-cpu`. */
  rng: z.optional(Rng),
  n: z.int(),
  ...jobTechniques,
})
export type RenderParameters = z.infer<typeof RenderParameters>
