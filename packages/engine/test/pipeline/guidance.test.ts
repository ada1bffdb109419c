import { describe, expect, it } from 'vitest'
import { createGuidedDenoiser, type GuidanceInput } from '../../src/pipeline/guidance.ts'
import { handOver, handOverCall } from '../../src/pipeline/hand-over.ts'
import type { ControlNet, Unet, UnetCall } from '../../src/pipeline/pipeline.ts'
import { createNoiseTable } from '../../src/schedules/noise-table.ts'
import { SchedulerConfig } from '../../src/schedules/scheduler-config.ts'
import type { Conditioning, EncodedPrompts } from '../../src/text/conditioning.ts'

const SIGMA = 2
const SIZE = { width: 1, height: 1 }
const X = Float64Array.of(10, -10, 20, 0)

const condition = (value: number) => ({
  embedding: Float32Array.of(value),
  tokens: 1,
  pooled: undefined,
})
/** The same parts in every call: [value, weight] each. */
const always = (...parts: readonly (readonly [number, number])[]): Conditioning => {
  const fixed = parts.map(([value, weight]) => ({ condition: condition(value), weight }))
  return { at: () => fixed }
}
const TEXT = always([3, 1])
const NEGATIVE = always([1, 1])
const prompts = (changes: Partial<EncodedPrompts> = {}): EncodedPrompts => ({
  positive: TEXT,
  negative: NEGATIVE,
  notes: [],
  ...changes,
})

/** Predicts each text's value, grown by its place, and keeps copies of what it was asked. Its buffer is overwritten. */
function createUnet(changes: Partial<Unet> = {}): Unet & { readonly calls: UnetCall[] } {
  const calls: UnetCall[] = []
  let buffer = new Float32Array(0)
  return {
    calls,
    extraChannels: 0,
    isDistilled: false,
    takesResiduals: true,
    async predict(call) {
      calls.push({ ...call, sample: call.sample.slice() })
      const length = call.sample.length
      if (buffer.length !== call.rows.length * length)
        buffer = new Float32Array(call.rows.length * length)
      call.rows.forEach(({ embedding: [value = 0] }, row) => {
        const added = call.residuals?.[0]?.[row] ?? 0
        for (let i = 0; i < length; i++) buffer[row * length + i] = value * (1 + i) + added
      })
      return call.rows.map((_, row) => buffer.subarray(row * length, (row + 1) * length))
    },
    ...changes,
  }
}

function denoiser(
  unet: Unet,
  changes: Partial<GuidanceInput> = {},
  config: Partial<SchedulerConfig> = {},
) {
  const scheduler = SchedulerConfig.parse(config)
  return createGuidedDenoiser(
    { unet, scheduler, table: createNoiseTable(scheduler) },
    {
      size: SIZE,
      prompts: prompts(),
      cfgScale: 4,
      mode: 'batched',
      calls: 4,
      checkpoint: async () => {},
      ...changes,
    },
  )
}

/** What a prediction of `noise` units per place comes to. */
const cleaned = (noise: number) => X.map((x, i) => x - SIGMA * noise * (1 + i))
const expectClose = (ours: Float64Array, theirs: Float64Array, digits = 10) => {
  expect(ours).toHaveLength(theirs.length)
  for (const [i, value] of ours.entries())
    expect(value).toBeCloseTo(theirs[i] ?? Number.NaN, digits)
}

describe.each(['batched', 'split'] as const)('%s guidance', (mode) => {
  it('moves from the negative prediction past the positive one', async () => {
    // 1 + 4 (3 - 1) = 9 units of noise.
    expectClose(await denoiser(createUnet(), { mode })(X, SIGMA), cleaned(9))
  })

  it('lets each text joined by AND move it by its own weight', async () => {
    const positive = always([3, 1], [5, -0.5])
    // 1 + 4 (1 (3 - 1) - 0.5 (5 - 1)) = 1
    const clean = await denoiser(createUnet(), { mode, prompts: prompts({ positive }) })(X, SIGMA)
    expectClose(clean, cleaned(1))
  })

  it('takes the mean of texts by their weights where nothing is guided', async () => {
    const positive = always([3, 1], [5, 3])
    const input = { mode, cfgScale: 1, prompts: prompts({ positive, negative: undefined }) }
    expectClose(await denoiser(createUnet(), input)(X, SIGMA), cleaned(4.5))
  })

  it('tells a refiner which row nobody should like', async () => {
    const unet = createUnet()
    await denoiser(unet, { mode })(X, SIGMA)
    expect(unet.calls.flatMap(({ aestheticScores }) => aestheticScores)).toEqual([2.5, 6])
  })
})

it('asks for all rows at once or for each by itself, after a checkpoint each', async () => {
  const asked = async (mode: 'batched' | 'split') => {
    const unet = createUnet()
    let checkpoints = 0
    const checkpoint = async () => {
      checkpoints++
    }
    await denoiser(unet, { mode, checkpoint })(X, SIGMA)
    return [checkpoints, ...unet.calls.map(({ rows }) => rows.map(({ embedding }) => embedding[0]))]
  }
  expect(await asked('batched')).toEqual([1, [1, 3]])
  expect(await asked('split')).toEqual([2, [1], [3]])
})

it('leaves the negative prediction out where there is no negative prompt', async () => {
  const unet = createUnet()
  const input = { cfgScale: 1, prompts: prompts({ negative: undefined }) }
  expectClose(await denoiser(unet, input)(X, SIGMA), cleaned(3))
  expect(unet.calls.map(({ rows }) => rows.length)).toEqual([1])
})

it('asks a distilled model once and tells it the scale', async () => {
  const unet = createUnet({ isDistilled: true })
  expectClose(await denoiser(unet, { cfgScale: 8 })(X, SIGMA), cleaned(3))
  expect(unet.calls.map(({ rows, cfgScale }) => [rows.length, cfgScale])).toEqual([[1, 8]])
})

it('pulls the spread of the guided prediction back to the text’s own', async () => {
  // The guided prediction is three times the text's: whole, it becomes the text's; by half, twice it.
  expectClose(await denoiser(createUnet(), { cfgRescale: 1 })(X, SIGMA), cleaned(3))
  expectClose(await denoiser(createUnet(), { cfgRescale: 0.5 })(X, SIGMA), cleaned(6))
})

it.each([
  ['epsilon', cleaned(3)],
  ['v_prediction', X.map((x, i) => x / 5 - (3 * (1 + i) * SIGMA) / Math.sqrt(5))],
  ['sample', X.map((_, i) => 3 * (1 + i))],
  ['flow', cleaned(3)],
] as const)('turns a prediction of the kind %s into clean latents', async (type, expected) => {
  const input = { prompts: prompts({ negative: undefined }) }
  const clean = await denoiser(createUnet(), input, { prediction_type: type })(X, SIGMA)
  expectClose(clean, Float64Array.from(expected), 6)
})

it('shows the model latents of unit variance and the timestep of their noise', async () => {
  const unet = createUnet()
  await denoiser(unet)(X, SIGMA)
  expect(unet.calls[0]?.sample[0]).toBeCloseTo(10 / Math.sqrt(5), 6)
  const table = createNoiseTable(SchedulerConfig.parse({}))
  expect(unet.calls[0]?.timestep).toBeCloseTo(table.timestepAt(SIGMA), 12)
})

it('counts its calls, so that a prompt may change during the run', async () => {
  const asked: number[] = []
  const positive = {
    at(call: number) {
      asked.push(call)
      return call < 2 ? TEXT.at(0) : NEGATIVE.at(0)
    },
  }
  const input = { prompts: prompts({ positive, negative: undefined }) }
  const denoise = denoiser(createUnet(), { ...input, firstCall: 1 })
  expectClose(await denoise(X, SIGMA), cleaned(3))
  expectClose(await denoise(X, SIGMA), cleaned(1))
  expect(asked).toEqual([1, 2])
})

it('keeps earlier estimates as they were: samplers remember them', async () => {
  const denoise = denoiser(createUnet())
  const first = await denoise(X, SIGMA)
  await denoise(
    X.map((x) => x + 1),
    SIGMA,
  )
  expectClose(first, cleaned(9))
})

describe('ControlNets', () => {
  const image = new Float32Array(192)
  const net = (value: number, lengths = [2]) => {
    const rows: number[] = []
    const made: ControlNet = {
      async residuals(call) {
        rows.push(call.rows.length)
        return lengths.map(() => new Float32Array(call.rows.length).fill(value))
      },
    }
    return { net: made, rows }
  }
  const use = (of: ControlNet, changes = {}) => ({
    net: of,
    image,
    weight: 1,
    start: 0,
    end: 1,
    ...changes,
  })

  it('add up by their weights', async () => {
    const controls = [use(net(1).net, { weight: 0.5 }), use(net(4).net, { weight: 2 })]
    const negative = { prompts: prompts({ negative: undefined }) }
    const clean = await denoiser(createUnet(), { ...negative, controls })(X, SIGMA)
    // 0.5 * 1 + 2 * 4 on top of the text's own.
    expectClose(
      clean,
      cleaned(3).map((value) => value - SIGMA * 8.5),
    )
  })

  it('act in their share of the run only', async () => {
    const unet = createUnet()
    const { net: part, rows } = net(1)
    const denoise = denoiser(unet, { controls: [use(part, { start: 0.25, end: 0.75 })], calls: 4 })
    for (let call = 0; call < 4; call++) await denoise(X, SIGMA)
    expect(unet.calls.map(({ residuals }) => residuals !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(rows).toEqual([2, 2])
  })

  it('are not called for a weight of 0', async () => {
    const { net: idle, rows } = net(1)
    await denoiser(createUnet(), { controls: [use(idle, { weight: 0 })] })(X, SIGMA)
    expect(rows).toEqual([])
  })

  it('of different families are refused', async () => {
    const controls = [use(net(1).net), use(net(1, [2, 2]).net)]
    await expect(denoiser(createUnet(), { controls })(X, SIGMA)).rejects.toMatchObject({
      code: 'model_incompatible',
    })
  })
})

it('hands over to a refiner for the last calls', async () => {
  expect([handOverCall(20, 0.8), handOverCall(3, 0.01), handOverCall(3, 1)]).toEqual([16, 0, 3])
  const of = (value: number) => async () => Float64Array.of(value)
  const denoise = handOver(of(1), of(2), 2)
  const made = [await denoise(X, 1), await denoise(X, 1), await denoise(X, 1)]
  expect(made.map(([value]) => value)).toEqual([1, 1, 2])
})
