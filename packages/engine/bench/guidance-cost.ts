import { latentLength } from '../src/pipeline/geometry.ts'
import { createGuidedDenoiser } from '../src/pipeline/guidance.ts'
import type { Unet } from '../src/pipeline/pipeline.ts'
import { createNoiseTable } from '../src/schedules/noise-table.ts'
import { SchedulerConfig } from '../src/schedules/scheduler-config.ts'
import type { Conditioning } from '../src/text/conditioning.ts'
import type { Figure } from './figure.ts'
import { medianTime } from './measure.ts'

const CALLS = 200
const TOKENS = 77
const WIDTH = 768

const conditioning = (): Conditioning => {
  const embedding = new Float32Array(TOKENS * WIDTH)
  const parts = [{ condition: { embedding, tokens: TOKENS, pooled: undefined }, weight: 1 }]
  return { at: () => parts }
}

/** What a call of the UNet costs around the UNet: scaling its input, combining two predictions, the clean estimate. */
export async function guidanceCost(): Promise<Figure[]> {
  const scheduler = SchedulerConfig.parse({})
  const table = createNoiseTable(scheduler)
  const prompts = { positive: conditioning(), negative: conditioning(), notes: [] }
  const figures: Figure[] = []
  for (const side of [64, 128]) {
    const size = { width: side, height: side }
    const length = latentLength(size)
    const predictions = [0.5, 0.25].map((value) => new Float32Array(length).fill(value))
    const unet: Unet = {
      extraChannels: 0,
      isDistilled: false,
      takesResiduals: false,
      predict: async () => predictions,
    }
    const denoise = createGuidedDenoiser(
      { unet, table, scheduler },
      { size, prompts, cfgScale: 7, mode: 'batched', calls: CALLS, checkpoint: async () => {} },
    )
    const x = new Float64Array(length).fill(1)
    figures.push({
      name: `guidance around a model call at ${side} x ${side} latents`,
      value: await medianTime(() => denoise(x, 2), CALLS),
      unit: 'ms',
    })
  }
  return figures
}
