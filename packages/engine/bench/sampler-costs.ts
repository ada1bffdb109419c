import { type InstalledModel, modelCalls, SAMPLERS, type Sampler } from '@reverie/core'
import { createInProcessEngine, createOnnxRuntimeBackend } from '../src/in-process.ts'
import { readConfigs } from '../src/pipeline/read-configs.ts'
import { demoJob } from './demo-job.ts'
import type { BenchOptions, Figure } from './figure.ts'
import { medianTime } from './measure.ts'
import { ownTimePerStep } from './sampler-arithmetic.ts'

const STEPS = 20
const RENDERS = 3
const LATENT_SIDES = [64, 128] as const
const TABLE = `Samplers: ${STEPS} steps with the demo model at 128 x 128; our own arithmetic at two sizes of latents`

/** What each sampler costs: a picture of the demo model, and our part of a step without any model. */
export async function samplerCosts(
  model: InstalledModel,
  { progress }: Pick<BenchOptions, 'progress'>,
): Promise<Figure[]> {
  const { scheduler } = await readConfigs(model.folder)
  const engine = createInProcessEngine({ backend: await createOnnxRuntimeBackend() })
  const figures: Figure[] = []
  for (const sampler of Object.keys(SAMPLERS) as Sampler[]) {
    progress(`sampler ${sampler}`)
    const spec = demoJob(model, { sampler, steps: STEPS })
    const add = (name: string, value: number, unit: string) =>
      figures.push({ name, value, unit, table: TABLE, row: sampler })
    add('picture', await medianTime(() => engine.render(model, spec), RENDERS), 'ms')
    add('model calls', modelCalls(sampler, STEPS), '')
    for (const side of LATENT_SIDES) {
      const own = await ownTimePerStep(
        { sampler, schedule: 'karras', steps: STEPS },
        scheduler,
        side,
      )
      add(`own part of a step at ${side} x ${side}`, own, 'ms')
    }
  }
  await engine.close()
  return figures
}
