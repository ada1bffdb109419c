import { describe, expect, it } from 'vitest'
import { UnetConfig } from '../../src/pipeline/model-configs.ts'
import type { UnetCall } from '../../src/pipeline/pipeline.ts'
import { createUnet } from '../../src/pipeline/unet.ts'
import { toFloat16Bits } from '../../src/runtime/float16.ts'
import { tensorSpec } from '../fixtures/scripted-backend.ts'
import { type Given, recordingSession, row, unetInputs } from '../fixtures/unet-graphs.ts'

const PART = 'unet/model.onnx'
const SIZE = { width: 2, height: 2 }
const config = UnetConfig.parse({ block_out_channels: [3, 5], layers_per_block: 1 })
const latents = Float32Array.from({ length: 16 }, (_, i) => i / 4)

async function given(
  inputs: ReturnType<typeof unetInputs>,
  call: Partial<UnetCall> = {},
): Promise<Given> {
  const { session, calls } = recordingSession(inputs)
  const unet = createUnet(PART, session, config)
  await unet.predict({
    sample: latents,
    size: SIZE,
    timestep: 499.6,
    rows: [row(1), row(2)],
    ...call,
  })
  return calls[0] ?? {}
}

describe('the timestep of a UNet', () => {
  it.each([
    ['a float scalar', [], 'float32', [], [499.6]],
    ['one value', [1], 'int64', [1], [500n]],
    ['a named size that is not the batch', ['steps'], 'int64', [1], [500n]],
    ['one value a row', ['batch_size'], 'float32', [2], [499.6, 499.6]],
    ['an int64 scalar', [], 'int64', [], [500n]],
    ['an int32 scalar', [], 'int32', [], [500]],
  ] as const)('is given as %s where the graph wants that', async (_, shape, type, dims, values) => {
    const { timestep } = await given(unetInputs(tensorSpec('timestep', [...shape], type)))
    const expected = values.map((value) => (typeof value === 'number' ? Math.fround(value) : value))
    expect(timestep?.dims).toEqual(dims)
    expect([...(timestep?.data ?? [])]).toEqual(expected)
  })
})

describe('a UNet call', () => {
  it('gives every row the same latents and its own text', async () => {
    const { sample, encoder_hidden_states: texts } = await given(unetInputs())
    expect(sample).toEqual({ data: Float32Array.of(...latents, ...latents), dims: [2, 4, 2, 2] })
    expect(texts).toEqual({ data: Float32Array.of(1, 1, 2, 2), dims: [2, 1, 2] })
  })

  it('copies texts anew when the rows change', async () => {
    const { session, calls } = recordingSession(unetInputs())
    const unet = createUnet(PART, session, config)
    const [one, two] = [row(1), row(2)]
    const call = { sample: latents, size: SIZE, timestep: 1 }
    for (const rows of [[one, two], [one, two], [two, one], [two]]) {
      await unet.predict({ ...call, rows })
    }
    expect(calls.map(({ encoder_hidden_states: texts }) => [...(texts?.data ?? [])])).toEqual([
      [1, 1, 2, 2],
      [1, 1, 2, 2],
      [2, 2, 1, 1],
      [2, 2],
    ])
  })

  it('crosses in float16 where the graph wants that', async () => {
    const half = ['batch', 4, 'height', 'width']
    const { session, calls } = recordingSession(
      unetInputs(
        tensorSpec('sample', half, 'float16'),
        tensorSpec('timestep', [], 'float16'),
        tensorSpec('encoder_hidden_states', ['batch', 'sequence', 2], 'float16'),
      ),
      [tensorSpec('out_sample', half, 'float16')],
      (_, { out_sample: out }) => out?.data.set(toFloat16Bits(latents) as never),
    )
    const unet = createUnet(PART, session, config)
    const [made] = await unet.predict({ sample: latents, size: SIZE, timestep: 7, rows: [row(1)] })
    expect(calls[0]?.sample?.data).toEqual(toFloat16Bits(latents))
    expect(calls[0]?.timestep?.data).toEqual(toFloat16Bits(Float32Array.of(7)))
    expect(made).toEqual(latents)
  })

  it('puts an inpainting model’s channels after the latents of each row', async () => {
    const nine = unetInputs(tensorSpec('sample', ['batch', 9, 'height', 'width']))
    const extra = new Float32Array(20).fill(9)
    const { sample } = await given(nine, { extra })
    expect(sample?.dims).toEqual([2, 9, 2, 2])
    expect(sample?.data).toEqual(Float32Array.of(...latents, ...extra, ...latents, ...extra))
    await expect(given(nine)).rejects.toMatchObject({ code: 'internal' })
  })

  it('tells SDXL the picture’s own size, and its refiner a score in the place of the target', async () => {
    const rows = [1, 2].map((value) => ({ ...row(value), pooled: Float32Array.of(value) }))
    const graph = (count: number) =>
      unetInputs(tensorSpec('text_embeds', ['batch', 1]), tensorSpec('time_ids', ['batch', count]))
    const base = await given(graph(6), { rows, size: { width: 4, height: 1 } })
    expect(base.text_embeds).toEqual({ data: Float32Array.of(1, 2), dims: [2, 1] })
    expect([...(base.time_ids?.data ?? [])].slice(0, 6)).toEqual([8, 32, 0, 0, 8, 32])
    const sizes = {
      original: { width: 1, height: 2 },
      crop: { left: 3, top: 4 },
      target: { width: 5, height: 6 },
    }
    const asked = await given(graph(6), { rows, sizes })
    expect([...(asked.time_ids?.data ?? [])].slice(0, 6)).toEqual([2, 1, 4, 3, 6, 5])
    const refiner = await given(graph(5), { rows, sizes, aestheticScores: [2.5, 6] })
    expect([...(refiner.time_ids?.data ?? [])]).toEqual([2, 1, 4, 3, 2.5, 2, 1, 4, 3, 6])
  })

  it('embeds the CFG scale for a distilled model as the reference does', async () => {
    const { timestep_cond: scale } = await given(
      unetInputs(tensorSpec('timestep_cond', ['batch', 7])),
      { cfgScale: 8.5, rows: [row(1)] },
    )
    // get_guidance_scale_embedding(7.5, 7) of diffusers in torch float32.
    const reference = [-0.85123587, -0.38778165, 0.68163872, -0.52478325, 0.92175126, 0.73168892, 0]
    expect(scale?.dims).toEqual([1, 7])
    for (const [i, value] of reference.entries()) expect(scale?.data[i]).toBeCloseTo(value, 6)
  })

  it('gives zeros where a graph takes residuals and no ControlNet acts', async () => {
    const names = [0, 1, 2, 3].map((i) => `down_block_additional_residual_${i}`)
    const specs = names.map((name) => tensorSpec(name, ['batch', 'c', 'h', 'w']))
    const graph = unetInputs(
      ...specs.toReversed(),
      tensorSpec('mid_block_additional_residual', ['batch', 'c', 'h', 'w']),
    )
    const none = await given(graph, { size: { width: 3, height: 2 }, sample: new Float32Array(24) })
    expect(names.map((name) => none[name]?.dims)).toEqual([
      [2, 3, 2, 3],
      [2, 3, 2, 3],
      [2, 3, 1, 2],
      [2, 5, 1, 2],
    ])
    expect(none.mid_block_additional_residual?.data).toEqual(new Float32Array(20))
    const lengths = [24, 24, 6, 10, 10]
    const residuals = lengths.map((length, i) => new Float32Array(length).fill(i + 1))
    const some = await given(graph, { residuals })
    expect(names.map((name) => some[name]?.data[0])).toEqual([1, 2, 3, 4])
    await expect(given(graph, { residuals: residuals.slice(1) })).rejects.toMatchObject({
      code: 'model_incompatible',
    })
  })

  it('calls a graph of a fixed number of rows as often as it takes', async () => {
    const fixed = ['sample', 'encoder_hidden_states'].map((name) =>
      name === 'sample' ? tensorSpec(name, [2, 4, 2, 2]) : tensorSpec(name, [2, 1, 2]),
    )
    const { session, calls } = recordingSession(
      unetInputs(...fixed),
      undefined,
      ({ encoder_hidden_states: texts }, { out_sample: out }) => {
        const values = [texts?.data[0], texts?.data[2]]
        out?.data.set(
          Float32Array.from({ length: 32 }, (_, i) => Number(values[i < 16 ? 0 : 1])) as never,
        )
      },
    )
    const unet = createUnet(PART, session, config)
    const rows = [row(1), row(2), row(3)]
    const made = await unet.predict({ sample: latents, size: SIZE, timestep: 1, rows })
    expect(made.map((values) => [values.length, values[0]])).toEqual([
      [16, 1],
      [16, 2],
      [16, 3],
    ])
    expect(calls).toHaveLength(2)
  })
})

describe('graphs that the engine cannot drive are refused with what it accepts', () => {
  const open = (inputs: ReturnType<typeof unetInputs>) => () =>
    createUnet(PART, recordingSession(inputs).session, config)
  const invalid = (message: string) =>
    expect.objectContaining({ code: 'model_invalid', message: expect.stringContaining(message) })

  it.each([
    [
      'latents of whole numbers',
      unetInputs(tensorSpec('sample', [1, 4, 8, 8], 'int64')),
      'float16',
    ],
    ['eight channels', unetInputs(tensorSpec('sample', ['batch', 8, 8, 8])), 'accepted: 4, or 9'],
    ['an input of another family', unetInputs(tensorSpec('class_labels', [1])), 'class_labels'],
    ['half of SDXL’s inputs', unetInputs(tensorSpec('time_ids', [1, 6])), 'text_embeds'],
    ['no text', unetInputs().slice(0, 2), 'encoder_hidden_states'],
    [
      'residuals of another config',
      unetInputs(tensorSpec('down_block_0', [1, 3, 8, 8]), tensorSpec('mid_block', [1, 5, 8, 8])),
      '2 residual tensors',
    ],
    [
      'time ids of another length',
      unetInputs(tensorSpec('text_embeds', [1, 1]), tensorSpec('time_ids', [1, 7])),
      'accepted: 6',
    ],
  ])('%s', (_, inputs, message) => {
    expect(open(inputs)).toThrow(invalid(message))
    expect(open(inputs)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(PART) }),
    )
  })

  it('a size that the graph was not exported for, before any call', () => {
    const unet = open(unetInputs(tensorSpec('sample', [2, 4, 64, 64])))()
    expect(() => unet.requireSize({ width: 64, height: 64 })).not.toThrow()
    expect(() => unet.requireSize({ width: 64, height: 96 })).toThrow(
      expect.objectContaining({
        code: 'unsupported_by_model',
        facts: { field: 'width', file: PART, accepted: '512 x 512' },
      }),
    )
  })
})
