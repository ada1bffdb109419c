import { describe, expect, it } from 'vitest'
import { createGuidedDenoiser, type GuidanceMode } from '../../src/pipeline/guidance.ts'
import type { Unet, UnetCall } from '../../src/pipeline/unet.ts'
import { createNoiseTable } from '../../src/schedules/noise-table.ts'
import { SchedulerConfig } from '../../src/schedules/scheduler-config.ts'

const table = createNoiseTable(SchedulerConfig.parse({}))
const SIGMA = 2
const text = Float32Array.of(3)
const negative = Float32Array.of(1)

/** Predicts each text's first value everywhere, and keeps what it was asked. */
function createUnet(): Unet & { readonly calls: UnetCall[] } {
  const calls: UnetCall[] = []
  return {
    calls,
    async predict(call) {
      calls.push(call)
      return call.texts.map((each) => new Float32Array(call.sample.length).fill(each[0] ?? 0))
    },
  }
}

const denoiser = (
  unet: Unet,
  changes: { cfgScale?: number; mode?: GuidanceMode; predictionType?: 'epsilon' | 'v_prediction' },
) =>
  createGuidedDenoiser(
    { unet, table, predictionType: changes.predictionType ?? 'epsilon' },
    {
      size: { width: 1, height: 1 },
      text,
      negative: changes.cfgScale === 1 ? undefined : negative,
      cfgScale: changes.cfgScale ?? 4,
      mode: changes.mode ?? 'batched',
      checkpoint: async () => {},
    },
  )

describe.each(['batched', 'split'] as const)('%s guidance', (mode) => {
  it('moves from the negative prediction past the positive one', async () => {
    const clean = await denoiser(createUnet(), { mode })(Float64Array.of(10), SIGMA)
    // 1 + 4 (3 - 1) = 9 units of noise.
    expect(clean[0]).toBeCloseTo(10 - SIGMA * 9, 12)
  })
})

it('asks for two rows at once or for one row twice', async () => {
  const [batched, split] = [createUnet(), createUnet()]
  await denoiser(batched, { mode: 'batched' })(Float64Array.of(1), SIGMA)
  await denoiser(split, { mode: 'split' })(Float64Array.of(1), SIGMA)
  expect(batched.calls.map(({ texts }) => texts)).toEqual([[negative, text]])
  expect(split.calls.map(({ texts }) => texts)).toEqual([[negative], [text]])
})

it('leaves the negative prediction out at scale 1', async () => {
  const unet = createUnet()
  const clean = await denoiser(unet, { cfgScale: 1 })(Float64Array.of(10), SIGMA)
  expect(unet.calls.map(({ texts }) => texts)).toEqual([[text]])
  expect(clean[0]).toBeCloseTo(10 - SIGMA * 3, 12)
})

it('turns a v-prediction into the clean latents', async () => {
  const unet = createUnet()
  const clean = await denoiser(unet, { cfgScale: 1, predictionType: 'v_prediction' })(
    Float64Array.of(10),
    SIGMA,
  )
  expect(clean[0]).toBeCloseTo(10 / 5 - (3 * SIGMA) / Math.sqrt(5), 12)
})

it('shows the model latents of unit variance and the timestep of their noise', async () => {
  const unet = createUnet()
  await denoiser(unet, {})(Float64Array.of(10), SIGMA)
  expect(unet.calls[0]?.sample[0]).toBeCloseTo(10 / Math.sqrt(5), 6)
  expect(unet.calls[0]?.timestep).toBeCloseTo(table.timestepAt(SIGMA), 12)
})
