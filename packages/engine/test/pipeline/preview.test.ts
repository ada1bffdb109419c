import { expect, it } from 'vitest'
import { fitColours } from '../../src/pipeline/fit-colours.ts'
import { familyColours, type LinearColours } from '../../src/pipeline/linear-colours.ts'
import { createPreview } from '../../src/pipeline/preview.ts'
import { createTinyDecoder } from '../../src/pipeline/tiny-decoder.ts'
import { scriptedSession, tensorSpec } from '../fixtures/scripted-backend.ts'

const PIXEL = { width: 1, height: 1 }
const noTiny = { tiny: undefined }

it('paints latents in the known colours of a family’s latent space', async () => {
  const sd = familyColours('sd1', 0.18215)
  const sdxl = familyColours('sdxl', 0.13025)
  if (sd === undefined || sdxl === undefined) throw new Error('both are known')
  const preview = createPreview({ ...noTiny, colours: async () => sd })
  // Mid grey and half of the first channel's factors: 127.5 (1 + 0.3512), and so on.
  const { rgb, ...size } = await preview(Float32Array.of(1, 0, 0, 0), PIXEL)
  expect([...rgb]).toEqual([172, 157, 169])
  expect(size).toEqual(PIXEL)
  const other = createPreview({ ...noTiny, colours: async () => sdxl })
  expect([...(await other(new Float32Array(4), PIXEL)).rgb]).toEqual([141, 125, 127])
  expect([...(await preview(Float32Array.of(99, 0, 0, 0), PIXEL)).rgb]).toEqual([255, 255, 255])
})

it('knows no colours of latents that are scaled otherwise', () => {
  expect(familyColours('sd1', 0.9879)).toBeUndefined()
  expect(familyColours('sdxl', 0.18215)).toBeUndefined()
  expect(familyColours('sd2', 0.18215)).toBe(familyColours('sd1', 0.18215))
})

it('finds the colours of a latent space that is linear, whatever they are', async () => {
  const truth: LinearColours = {
    factors: [
      [0.1, -0.05, 0.02],
      [0, 0.11, 0.03],
      [-0.04, 0.02, 0.07],
      [0.05, 0.06, -0.1],
    ],
    bias: [0.1, -0.2, 0],
  }
  const fitted = await fitColours(async (latents, { width, height }) => {
    const pixels = 64 * width * height
    return Float32Array.from({ length: 3 * pixels }, (_, i) => {
      const colour = Math.floor(i / pixels)
      const x = Math.floor((i % (8 * width)) / 8)
      const y = Math.floor((i % pixels) / (64 * width))
      const shares = truth.factors.map(
        (factors, channel) =>
          (factors[colour] ?? 0) * (latents[(channel * height + y) * width + x] ?? 0),
      )
      return shares.reduce((sum, share) => sum + share, truth.bias[colour] ?? 0)
    })
  })
  const flat = ({ factors, bias }: LinearColours) => [...factors.flat(), ...bias]
  for (const [i, value] of flat(fitted).entries()) {
    expect(value).toBeCloseTo(flat(truth)[i] ?? Number.NaN, 3)
  }
})

it('asks for colours once, and again only where that failed', async () => {
  let asked = 0
  const preview = createPreview({
    ...noTiny,
    colours: async () => {
      if (++asked === 1) throw new Error('out of memory')
      return { factors: [[0, 0, 0]], bias: [0, 0, 0] }
    },
  })
  await expect(preview(new Float32Array(4), PIXEL)).rejects.toThrow('out of memory')
  await preview(new Float32Array(4), PIXEL)
  await preview(new Float32Array(4), PIXEL)
  expect(asked).toBe(2)
})

it.each([
  [[0, 1], 0.5, 127],
  [[0, 1], -3, 0],
  [[-1, 1], 0.5, 191],
] as const)('reads a tiny decoder of the range %j: %d is %d of 255', async (range, value, byte) => {
  const session = scriptedSession({
    inputs: [tensorSpec('latent_sample', ['batch', 4, 'height', 'width'])],
    outputs: [tensorSpec('sample', ['batch', 3, 'height', 'width'])],
    run(_, { sample }) {
      sample?.data.fill(value as never)
    },
  })
  const preview = createPreview({
    tiny: createTinyDecoder('taesd_decoder/model.onnx', session, range),
    colours: () => Promise.reject(new Error('not needed')),
  })
  const { rgb, width, height } = await preview(new Float32Array(8), { width: 2, height: 1 })
  expect([width, height, rgb.length]).toEqual([16, 8, 384])
  expect(Math.abs((rgb[0] ?? -9) - byte)).toBeLessThanOrEqual(1)
})
