import { describe, expect, it } from 'vitest'
import { rgbOf } from '../../src/images/raster.ts'
import { draw } from '../../src/pictures/draw.ts'
import { drawRequest, images, initOf, pixelAt, source } from '../fixtures/draw-requests.ts'
import { createFakePipeline } from '../fixtures/fake-pipeline.ts'

describe('outpainting', () => {
  it('draws the margins around the picture, which keeps its middle', async () => {
    const asked = drawRequest({
      width: 128,
      height: 96,
      init: initOf({ strength: 1 }),
      outpaint: { left: 64, top: 0, right: 0, bottom: 32 },
    })
    const drawing = await draw(createFakePipeline(), asked, { images })
    expect([drawing.width, drawing.height]).toEqual([128, 96])
    for (const [x, y] of [
      [40, 10],
      [63, 0],
      [50, 30],
    ] as const) {
      expect(pixelAt(drawing, 64 + x, y)).toEqual(pixelAt(rgbOf(source), x, y))
    }
    const edge = pixelAt(rgbOf(source), 0, 20)
    expect(pixelAt(drawing, 10, 20)).not.toEqual(edge)
  })
})
