import * as z from 'zod/mini'
import { JobId, ManifestCid } from './ids.ts'
import { RENDER_LIMITS } from './limits.ts'
import { Sampler, Schedule } from './samplers.ts'
import { Seed } from './seed.ts'
import { jobTechniques } from './techniques.ts'

const { side, steps, cfgScale, promptChars } = RENDER_LIMITS
const Text = z.string().check(z.maxLength(promptChars))
const Side = z.int().check(z.gte(side.min), z.lte(side.max))

/**
 * How initial and step noise is made; part of what a seed means. `torch-cpu`: MT19937 and torch's `randn` on the CPU.
 * `philox`: Philox 4x32-10 as torch draws on NVIDIA GPUs, which AUTOMATIC1111 calls "NV".
 */
export const Rng = z.enum(['torch-cpu', 'philox'])
export type Rng = z.infer<typeof Rng>

/**
 * Exactly what a worker is asked to do for one job, and what the receipt's request hash covers.
 * The nonce (16 random bytes, hex) keeps a short prompt from being guessed out of that hash.
 */
export const JobSpec = z.strictObject({
  v: z.literal(1),
  job: JobId,
  model: ManifestCid,
  prompt: Text,
  negativePrompt: Text,
  width: Side,
  height: Side,
  steps: z.int().check(z.gte(steps.min), z.lte(steps.max)),
  sampler: Sampler,
  schedule: Schedule,
  cfgScale: z.number().check(z.gte(cfgScale.min), z.lte(cfgScale.max)),
  seed: Seed,
  rng: Rng,
  nonce: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  ...jobTechniques,
})
export type JobSpec = z.infer<typeof JobSpec>
