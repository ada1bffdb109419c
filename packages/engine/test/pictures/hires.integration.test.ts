import { trajectoryLength } from '@reverie/core'
import { buildManifestCid } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { rgbOf } from '../../src/images/raster.ts'
import { resize } from '../../src/images/resize.ts'
import { draw } from '../../src/pictures/draw.ts'
import {
  drawRequest,
  images,
  initOf,
  inpaintOf,
  pixelAt,
  source,
} from '../fixtures/draw-requests.ts'
import { createFakePipeline } from '../fixtures/fake-pipeline.ts'

describe('the hires fix', () => {
  it('draws again at the larger size', async () => {
    const asked = drawRequest({
      hires: { scale: 1.5, upscaler: 'latent', strength: 0.5, steps: 6 },
    })
    const pipeline = createFakePipeline()
    const counts: number[] = []
    const drawing = await draw(pipeline, asked, {}, { onModelCall: (_, of) => counts.push(of) })
    expect([drawing.width, drawing.height]).toEqual([96, 96])
    expect(drawing.trajectory).toHaveLength(trajectoryLength(asked))
    expect(counts).toEqual(Array(10).fill(4 + 6))
    expect(drawing.trajectory.map(({ length }) => length)).toEqual([
      ...Array(5).fill(4 * 64),
      ...Array(7).fill(4 * 144),
    ])
    expect(pipeline.calls.parts.filter((part) => part === 'encode')).toEqual([])
  })

  it('enlarges pixels by a model', async () => {
    const upscaler = buildManifestCid()
    const pipeline = createFakePipeline()
    const asked = drawRequest({ hires: { scale: 2, upscaler, strength: 0.5 } })
    const sizes: number[] = []
    const drawing = await draw(pipeline, asked, {
      enlarge: async ({ width, height }, model) => {
        expect(model).toBe(upscaler)
        sizes.push(width, height)
        const bytes = new Uint8Array(256 * 256 * 3).fill(90)
        return { rgb: bytes, width: 256, height: 256 }
      },
    })
    expect(sizes).toEqual([64, 64])
    expect([drawing.width, drawing.height]).toEqual([128, 128])
    expect(pipeline.calls.encoded[0]).toHaveLength(3 * 128 * 128)
  })

  it('keeps what a mask leaves alone at the larger size', async () => {
    const asked = drawRequest({
      init: initOf({ strength: 1 }),
      inpaint: inpaintOf(),
      hires: { scale: 2, upscaler: 'latent', strength: 0.5 },
    })
    const drawing = await draw(createFakePipeline(), asked, { images })
    const large = rgbOf(await resize(source, { width: 128, height: 128 }))
    expect(pixelAt(drawing, 10, 10)).toEqual(pixelAt(large, 10, 10))
    expect(pixelAt(drawing, 100, 120)).toEqual(pixelAt(large, 100, 120))
  })
})
