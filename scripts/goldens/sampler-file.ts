import * as z from 'zod/mini'
import { Numbers, SeedText } from './read-golden.ts'

const runFields = {
  sampler: z.string(),
  steps: z.int().check(z.gte(1), z.lte(1000)),
  model_calls: z.int(),
  first8_per_step: z.array(Numbers),
  final: Numbers.check(z.minLength(1)),
}

/** A run of k-diffusion: the state is in sigma space. */
const KDiffusionRun = z.object({
  library: z.literal('k-diffusion'),
  schedule: z.string(),
  sigmas: Numbers,
  ...runFields,
})
export type KDiffusionRun = z.infer<typeof KDiffusionRun>

/** A run of diffusers: the state is in the scheduler's own space. */
const DiffusersRun = z.object({
  library: z.literal('diffusers'),
  config: z.record(z.string(), z.unknown()),
  timesteps: Numbers,
  init_noise_sigma: z.number(),
  ...runFields,
})
export type DiffusersRun = z.infer<typeof DiffusersRun>

export const SamplersFile = z.object({
  MU: z.number(),
  seed: z.union([SeedText, z.int().check(z.gte(0))]),
  runs: z.array(z.discriminatedUnion('library', [KDiffusionRun, DiffusersRun])),
})
export type SamplersFile = z.infer<typeof SamplersFile>
