import { availableParallelism } from 'node:os'
import type { InstalledModel, JobSpec } from '@reverie/core'
import { planSampler, readTokenizer } from '../src/in-process.ts'
import { readConfigs } from '../src/pipeline/read-configs.ts'
import { createNoiseTable } from '../src/schedules/noise-table.ts'
import type { ReferenceTask } from './reference.ts'

/** Stable Diffusion 1's, where a config does not say. */
const VAE_SCALE = 0.18215

/** The job as the reference needs it: numbers only, so that it has nothing to decide. */
export async function referenceTask(
  { folder }: InstalledModel,
  spec: JobSpec,
): Promise<ReferenceTask> {
  const { scheduler, vae } = await readConfigs(folder)
  const table = createNoiseTable(scheduler)
  const { levels } = planSampler(spec, table, scheduler)
  const tokenizer = await readTokenizer(folder)
  const { width, height, cfgScale, negativePrompt, prompt } = spec
  return {
    folder,
    threads: availableParallelism(),
    width,
    height,
    cfgScale,
    sigmas: [...levels.map(({ from }) => from), levels.at(-1)?.to ?? 0],
    timesteps: levels.map(({ from }) => table.timestepAt(from)),
    vaeScale: vae.scaling_factor ?? VAE_SCALE,
    ids: [negativePrompt, prompt].map((text) => [...tokenizer.encodeWindow(text).ids]),
  }
}
