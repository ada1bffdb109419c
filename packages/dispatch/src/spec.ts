import { type JobRecord, type JobSpec, type RenderParameters, techniquesIn } from '@reverie/core'

/** Exactly what a worker is asked for: the same job gives the same spec, so its hash can be checked at any time. */
export const specOf = (parameters: RenderParameters, job: JobRecord): JobSpec => ({
  v: 1,
  job: job.id,
  model: parameters.model,
  prompt: parameters.prompt,
  negativePrompt: parameters.negativePrompt,
  width: parameters.width,
  height: parameters.height,
  steps: parameters.steps,
  sampler: parameters.sampler,
  schedule: parameters.schedule,
  cfgScale: parameters.cfgScale,
  seed: job.seed,
  rng: parameters.rng ?? 'torch-cpu',
  nonce: job.nonce,
  ...techniquesIn(parameters),
})
