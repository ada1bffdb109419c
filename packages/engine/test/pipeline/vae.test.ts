import { describe, expect, it } from 'vitest'
import { createVae, tiledBy } from '../../src/pipeline/vae.ts'
import type { OrtSession } from '../../src/runtime/ort-backend.ts'
import { scriptedSession, sd1Graphs, tensorSpec } from '../fixtures/scripted-backend.ts'

const SIZE = { width: 2, height: 1 }
const latents = new Float32Array(8).fill(1)
const { vae_decoder: decoderGraph, vae_encoder: encoderGraph } = sd1Graphs()
const parts = { decoder: 'vae_decoder/model.onnx', encoder: 'vae_encoder/model.onnx' }

/** Writes `value` times the first latent everywhere, and keeps the sizes it was asked for. */
function decoder(value: number, seen: (readonly number[])[] = []): OrtSession {
  return scriptedSession({
    ...decoderGraph,
    run({ latent_sample: input }, { sample: output }) {
      seen.push(input?.dims ?? [])
      output?.data.fill((value * Number(input?.data[0])) as never)
    },
  })
}

const encoder = (values: readonly number[], name = 'latent_parameters') =>
  scriptedSession({
    ...encoderGraph,
    outputs: [tensorSpec(name, ['batch', values.length, 'height', 'width'])],
    run(_, outputs) {
      const data = outputs[name]?.data
      values.forEach((value, channel) => {
        data?.fill(value as never, 2 * channel, 2 * channel + 2)
      })
    },
  })

const vae = (
  changes: Partial<Parameters<typeof createVae>[1]> = {},
  scaling = { scale: 0.5, shift: 0 },
) =>
  createVae(
    parts,
    {
      decoder: decoder(1),
      encoder: undefined,
      openExact: undefined,
      onOverflow: () => {},
      ...changes,
    },
    scaling,
  )

describe('the decoder', () => {
  it('is shown latents as training had them before their scale', async () => {
    const pixels = await vae({}, { scale: 0.5, shift: 3 }).decode(latents, SIZE)
    expect(pixels).toHaveLength(3 * 8 * 16)
    expect(pixels[0]).toBe(1 / 0.5 + 3)
  })

  it('decodes again in float32 where values overflow, and says so', async () => {
    let opened = 0
    let overflows = 0
    const made = vae({
      decoder: decoder(Number.NaN),
      openExact: async () => {
        opened++
        return decoder(7)
      },
      onOverflow: () => {
        overflows++
      },
    })
    expect((await made.decode(latents, SIZE))[5]).toBe(14)
    expect((await made.decode(latents, SIZE))[5]).toBe(14)
    expect([opened, overflows]).toEqual([1, 2])
  })

  it.each([
    ['in float32 too', async () => decoder(Number.POSITIVE_INFINITY)],
    ['where float32 is what it had', undefined],
  ])('fails with bad_output where values overflow %s', async (_, openExact) => {
    const made = vae({ decoder: decoder(Number.NEGATIVE_INFINITY), openExact })
    await expect(made.decode(latents, SIZE)).rejects.toMatchObject({
      code: 'bad_output',
      facts: { file: parts.decoder },
    })
  })

  it('takes no more latents at once than a tile has', async () => {
    const seen: (readonly number[])[] = []
    const made = tiledBy(16, vae({ decoder: decoder(1, seen) }))
    const size = { width: 24, height: 16 }
    const pixels = await made.decode(new Float32Array(4 * 24 * 16).fill(1), size)
    expect(seen).toEqual([
      [1, 4, 16, 16],
      [1, 4, 16, 16],
    ])
    expect(pixels).toHaveLength(3 * 192 * 128)
    expect(pixels.every((value) => Math.abs(value - 2) < 1e-6)).toBe(true)
    await made.decode(new Float32Array(4 * 24 * 16), size, 32)
    expect(seen.at(-1)).toEqual([1, 4, 16, 24])
  })

  it('refuses tiles too small to blend', async () => {
    await expect(
      vae().decode(new Float32Array(4 * 400), { width: 20, height: 20 }, 4),
    ).rejects.toMatchObject({
      code: 'internal',
    })
  })
})

describe('the encoder', () => {
  const pixels = new Float32Array(3 * 8 * 16)

  it('gives mean and deviation as the UNet takes them, its variance held within bounds', async () => {
    const made = vae({ encoder: encoder([1, 2, 3, 4, 0, Math.log(4), 99, -99]) })
    const { mean, deviation } = await made.encode(pixels, SIZE)
    expect([...mean]).toEqual([0.5, 0.5, 1, 1, 1.5, 1.5, 2, 2])
    const bounds = [0.5, 1, Math.exp(10) / 2, Math.exp(-15) / 2]
    for (const [channel, value] of bounds.entries()) {
      expect((deviation?.[2 * channel] ?? 0) / value).toBeCloseTo(1, 5)
    }
  })

  it('takes what an older export draws inside its graph as the mean', async () => {
    const made = vae({ encoder: encoder([1, 2, 3, 4], 'latent_sample') }, { scale: 0.5, shift: 1 })
    const { mean, deviation } = await made.encode(pixels, SIZE)
    expect([...mean].slice(0, 4)).toEqual([0, 0, 0.5, 0.5])
    expect(deviation).toBeUndefined()
  })

  it('is refused where its output is neither', () => {
    expect(() => vae({ encoder: encoder([1, 2, 3]) })).toThrow(
      expect.objectContaining({
        code: 'model_invalid',
        message: expect.stringContaining('accepted: 8'),
      }),
    )
  })

  it('that is not there is told before anything else', async () => {
    const made = vae()
    expect(made.canEncode).toBe(false)
    await expect(made.encode(pixels, SIZE)).rejects.toMatchObject({ code: 'unsupported_by_model' })
  })
})
