import { trajectoryLength } from '@reverie/core'
import { buildManifestCid } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { draw } from '../../src/pictures/draw.ts'
import { blank } from '../../src/pictures/raster-geometry.ts'
import { drawRequest, images, initOf, inpaintOf, SIDE } from '../fixtures/draw-requests.ts'
import { createFakePipeline } from '../fixtures/fake-pipeline.ts'
import { imagesOf, inputFile } from '../fixtures/input-pictures.ts'

describe('the course of a drawing', () => {
  it('keeps every state, counts every model call and hands the notes on', async () => {
    const pipeline = createFakePipeline()
    const counts: [number, number][] = []
    const drawing = await draw(
      pipeline,
      drawRequest(),
      {},
      {
        onModelCall: (done, of) => counts.push([done, of]),
      },
    )
    expect(drawing.trajectory).toHaveLength(trajectoryLength(drawRequest()))
    expect(counts).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ])
    expect(pipeline.calls.parts).toEqual(['text', 'unet', 'unet', 'unet', 'unet', 'decode'])
    expect([drawing.width, drawing.height, drawing.rgb.length]).toEqual([64, 64, 64 * 64 * 3])
    expect(drawing.notes).toEqual(['a note'])
  })

  it('gives the same bytes for the same request', async () => {
    const asked = drawRequest({ sampler: 'euler_ancestral', init: initOf(), inpaint: inpaintOf() })
    const [one, two] = [
      await draw(createFakePipeline(), asked, { images }),
      await draw(createFakePipeline(), asked, { images }),
    ]
    expect(two.rgb).toEqual(one.rgb)
    expect(two.trajectory).toEqual(one.trajectory)
  })

  it.each([1, 2, 4, 6])('stops before graph call %d when told to', async (call) => {
    const pipeline = createFakePipeline()
    let passed = 0
    const checkpoint = async () => {
      if (++passed === call) throw new Error('enough')
    }
    await expect(draw(pipeline, drawRequest(), {}, { checkpoint })).rejects.toThrow('enough')
    expect(pipeline.calls.parts).toHaveLength(call - 1)
  })

  it('awaits a checkpoint before every call of a graph', async () => {
    const pipeline = createFakePipeline({ extraChannels: 5 })
    let passed = 0
    const checkpoint = async () => {
      passed++
    }
    const asked = drawRequest({ init: initOf(), inpaint: inpaintOf(), cfgScale: 1 })
    await draw(pipeline, asked, { images }, { checkpoint, previewEvery: 1, onPreview: () => {} })
    expect(pipeline.calls.parts).toContain('preview')
    expect(passed).toBe(pipeline.calls.parts.length)
  })

  it('shows the denoised estimate every few steps, but not the last', async () => {
    const previews: number[] = []
    const pipeline = createFakePipeline()
    await draw(
      pipeline,
      drawRequest({ steps: 6 }),
      {},
      {
        previewEvery: 2,
        onPreview: ({ rgb, width, height }) => {
          expect([width, height, rgb.length]).toEqual([8, 8, 3 * 64])
          previews.push(pipeline.calls.unet.length)
        },
      },
    )
    expect(previews).toEqual([2, 4])
  })

  it('refuses latents that are not finite, naming the step', async () => {
    const pipeline = createFakePipeline({ predict: (_, value) => value * Number.NaN })
    await expect(draw(pipeline, drawRequest())).rejects.toMatchObject({
      code: 'bad_output',
      message: expect.stringContaining('after step 1'),
    })
  })

  it('refuses a black picture unless it was drawn from one', async () => {
    const black = await inputFile(blank({ width: SIDE, height: SIDE }, 3))
    const pipeline = createFakePipeline({ predict: (_, value) => value + 2 })
    await expect(draw(pipeline, drawRequest({ init: initOf() }), { images })).rejects.toMatchObject(
      {
        code: 'bad_output',
      },
    )
    const drawing = await draw(pipeline, drawRequest({ init: initOf({ image: black.hash }) }), {
      images: imagesOf(black),
    })
    expect(Math.max(...drawing.rgb)).toBe(0)
  })

  it('gives up memory as it is told', async () => {
    const pipeline = createFakePipeline()
    const asked = drawRequest({ init: initOf() })
    await draw(pipeline, asked, { images }, { economy: { vaeTile: 32, guidance: 'split' } })
    expect(pipeline.calls.tiles).toEqual([32, 32])
    expect(pipeline.calls.unet.every(({ rows }) => rows.length === 1)).toBe(true)
  })
})

describe('a refiner', () => {
  it('takes over after its share of the steps', async () => {
    const model = buildManifestCid()
    const [base, refiner] = [createFakePipeline(), createFakePipeline()]
    await draw(base, drawRequest({ refiner: { model, switchAt: 0.75 } }), { refiner })
    expect([base.calls.unet.length, refiner.calls.unet.length]).toEqual([3, 1])
  })
})
