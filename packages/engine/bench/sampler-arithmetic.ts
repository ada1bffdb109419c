import { createTorchGenerator } from '../src/noise/torch-generator.ts'
import { runPass } from '../src/pictures/run-pass.ts'
import { latentLength } from '../src/pipeline/geometry.ts'
import { planSampler, type SamplerChoice } from '../src/samplers/plan-sampler.ts'
import type { Denoiser } from '../src/samplers/sampler.ts'
import { createNoiseTable } from '../src/schedules/noise-table.ts'
import type { SchedulerConfig } from '../src/schedules/scheduler-config.ts'
import { median, timed } from './measure.ts'

const WARM_UP = 3
const RUNS = 15

/**
 * Milliseconds of a step that are ours: sampler, noise, checks and the kept trajectory. The denoiser's own time is taken
 * off; it gives the mean of the clean latents that unit Gaussian data would have, so that values stay in a real range.
 */
export async function ownTimePerStep(
  choice: SamplerChoice,
  config: SchedulerConfig,
  side: number,
): Promise<number> {
  const plan = planSampler(choice, createNoiseTable(config), config)
  const length = latentLength({ width: side, height: side })
  const generator = createTorchGenerator('1')
  const start = generator.randn(length).map((value) => value * plan.initialScale)
  let inside = 0
  const denoise: Denoiser = async (x, sigma) => {
    const began = performance.now()
    const clean = new Float64Array(x.length)
    const share = 1 / (1 + sigma * sigma)
    for (let i = 0; i < clean.length; i++) clean[i] = share * (x[i] as number)
    inside += performance.now() - began
    return clean
  }
  const own: number[] = []
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    inside = 0
    const wall = await timed(() =>
      runPass({ plan, start, denoise, noise: () => generator.randn(length), previewEvery: 0 }),
    )
    if (run >= WARM_UP) own.push((wall - inside) / plan.steps)
  }
  return median(own)
}
