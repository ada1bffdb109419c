import { trajectoryLength } from '@reverie/core'
import { describe, expect, it } from 'vitest'
import { draw } from '../../src/pictures/draw.ts'
import { blank } from '../../src/pictures/raster-geometry.ts'
import { drawRequest, images, initOf, source } from '../fixtures/draw-requests.ts'
import { createFakePipeline } from '../fixtures/fake-pipeline.ts'
import { imagesOf, inputFile } from '../fixtures/input-pictures.ts'

describe('image to image', () => {
  it('runs the last part of the schedule, as AUTOMATIC1111 counts', async () => {
    const asked = drawRequest({ steps: 10, init: initOf({ strength: 0.3 }) })
    const drawing = await draw(createFakePipeline(), asked, { images })
    expect(drawing.trajectory).toHaveLength(5)
    expect(drawing.trajectory).toHaveLength(trajectoryLength(asked))
  })

  it('stays nearer to its picture the less is redrawn', async () => {
    const distance = async (strength: number) => {
      const asked = drawRequest({ steps: 20, init: initOf({ strength }) })
      const { rgb } = await draw(createFakePipeline(), asked, { images })
      return rgb.reduce((sum, value, i) => sum + Math.abs(value - (source.bytes[i] as number)), 0)
    }
    const [little, half, all] = [await distance(0.1), await distance(0.5), await distance(1)]
    expect(little).toBeLessThan(half)
    expect(half).toBeLessThan(all)
  })

  it('fits a picture of another shape', async () => {
    const wide = await inputFile(blank({ width: 96, height: 32 }, 3, 200))
    for (const fit of ['stretch', 'crop', 'pad'] as const) {
      const asked = drawRequest({ init: initOf({ image: wide.hash, fit, strength: 0.01 }) })
      const drawing = await draw(createFakePipeline(), asked, { images: imagesOf(wide) })
      expect([drawing.width, drawing.height]).toEqual([64, 64])
    }
  })
})
