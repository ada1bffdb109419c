import { buildManifestCid } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { draw } from '../../src/pictures/draw.ts'
import type { DrawRequest } from '../../src/pictures/drawing.ts'
import { drawRequest, images, picture, SIDE, source } from '../fixtures/draw-requests.ts'
import { createFakeControlNet, createFakePipeline } from '../fixtures/fake-pipeline.ts'

describe('ControlNets', () => {
  const model = buildManifestCid()
  const control = (changes: Partial<NonNullable<DrawRequest['control']>[number]> = {}) => [
    {
      model,
      image: picture.hash,
      preprocessor: 'none' as const,
      weight: 1,
      start: 0,
      end: 1,
      ...changes,
    },
  ]

  it('are shown the picture from 0 to 1', async () => {
    const net = createFakeControlNet()
    const pipeline = createFakePipeline({ takesResiduals: true })
    await draw(pipeline, drawRequest({ control: control() }), {
      images,
      controlNets: new Map([[model, net]]),
    })
    expect(net.shown).toHaveLength(4)
    expect(net.shown[0]).toHaveLength(3 * SIDE * SIDE)
    expect(net.shown[0]?.[0]).toBeCloseTo((source.bytes[0] as number) / 255)
    expect(pipeline.calls.unet[0]?.residuals).toBeDefined()
  })

  it('are shown edges where canny is asked for', async () => {
    const net = createFakeControlNet()
    await draw(
      createFakePipeline({ takesResiduals: true }),
      drawRequest({ control: control({ preprocessor: 'canny' }) }),
      { images, controlNets: new Map([[model, net]]) },
    )
    expect(new Set(net.shown[0])).toEqual(new Set([0, 1]))
  })

  it('act in their share of the steps', async () => {
    const net = createFakeControlNet()
    await draw(
      createFakePipeline({ takesResiduals: true }),
      drawRequest({ control: control({ start: 0.5 }) }),
      { images, controlNets: new Map([[model, net]]) },
    )
    expect(net.shown).toHaveLength(2)
  })
})
