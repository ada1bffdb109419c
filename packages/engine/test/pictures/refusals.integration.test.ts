import { buildManifestCid } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import type { Raster } from '../../src/images/raster.ts'
import { draw } from '../../src/pictures/draw.ts'
import type { DrawRequest } from '../../src/pictures/drawing.ts'
import { drawRequest, images, initOf, inpaintOf, picture, SIDE } from '../fixtures/draw-requests.ts'
import { createFakePipeline } from '../fixtures/fake-pipeline.ts'
import { type InputFile, imagesOf, inputFile } from '../fixtures/input-pictures.ts'
import { rectangleMask } from '../fixtures/pictures-golden.ts'

describe('what cannot be drawn', () => {
  const other = buildManifestCid()
  const black = rectangleMask([0, 0, 0, 0], SIDE)
  const refusals: [string, Partial<DrawRequest>, object, string, string, Raster?][] = [
    ['a mask without a picture', { inpaint: inpaintOf() }, {}, 'input_invalid', 'init'],
    [
      'margins without a picture',
      { outpaint: { left: 8, top: 0, right: 0, bottom: 0 } },
      {},
      'input_invalid',
      'init',
    ],
    [
      'margins that leave nothing',
      { init: initOf(), outpaint: { left: 40, top: 0, right: 24, bottom: 0 } },
      {},
      'input_invalid',
      'outpaint',
    ],
    [
      'no margin at all',
      { init: initOf(), outpaint: { left: 0, top: 0, right: 0, bottom: 0 } },
      {},
      'input_invalid',
      'outpaint',
    ],
    [
      'a picture for a model without an encoder',
      { init: initOf() },
      { canEncode: false },
      'unsupported_by_model',
      'init',
    ],
    [
      'pixels to enlarge without an encoder',
      { hires: { scale: 2, upscaler: other, strength: 0.5 } },
      { canEncode: false },
      'unsupported_by_model',
      'hires.upscaler',
    ],
    [
      'an upscaler that was not given',
      { hires: { scale: 2, upscaler: other, strength: 0.5 } },
      {},
      'input_invalid',
      'hires.upscaler',
    ],
    [
      'an inpainting model without an encoder',
      {},
      { canEncode: false, extraChannels: 5 },
      'unsupported_by_model',
      'model',
    ],
    [
      'a ControlNet on a UNet that takes no residuals',
      {
        control: [
          { model: other, image: picture.hash, preprocessor: 'none', weight: 1, start: 0, end: 1 },
        ],
      },
      {},
      'unsupported_by_model',
      'control',
    ],
    [
      'a ControlNet that was not given',
      {
        control: [
          { model: other, image: picture.hash, preprocessor: 'none', weight: 1, start: 0, end: 1 },
        ],
      },
      { takesResiduals: true },
      'input_invalid',
      'control.0.model',
    ],
    [
      'a refiner that was not given',
      { refiner: { model: other, switchAt: 0.8 } },
      {},
      'input_invalid',
      'refiner.model',
    ],
    [
      'a picture that did not come',
      { init: initOf({ image: 'f'.repeat(64) as typeof picture.hash }) },
      {},
      'input_invalid',
      'init.image',
    ],
  ]
  it.each(refusals)('is refused: %s', async (_, changes, options, code, field) => {
    const pipeline = createFakePipeline(options)
    await expect(draw(pipeline, drawRequest(changes), { images })).rejects.toMatchObject({
      code,
      facts: { field },
    })
    expect(pipeline.calls.parts).toEqual([])
  })

  const badMasks: [string, Raster][] = [
    ['of another size', rectangleMask([0, 0, 8, 8], 32)],
    ['that covers nothing', black],
  ]
  it.each(badMasks)('is refused: a mask %s', async (_, raster) => {
    const bad: InputFile = await inputFile(raster)
    const pipeline = createFakePipeline()
    const asked = drawRequest({ init: initOf(), inpaint: inpaintOf({ mask: bad.hash }) })
    await expect(draw(pipeline, asked, { images: imagesOf(picture, bad) })).rejects.toMatchObject({
      code: 'input_invalid',
      facts: { field: 'inpaint.mask' },
    })
    expect(pipeline.calls.parts).toEqual([])
  })

  it('is refused: a file that is no picture', async () => {
    const pipeline = createFakePipeline()
    const bad = { hash: picture.hash, file: new TextEncoder().encode('GIF89a, or not') }
    const drawn = draw(pipeline, drawRequest({ init: initOf() }), { images: imagesOf(bad) })
    await expect(drawn).rejects.toMatchObject({
      code: 'input_invalid',
      facts: { field: 'init.image' },
    })
    expect(pipeline.calls.parts).toEqual([])
  })
})
