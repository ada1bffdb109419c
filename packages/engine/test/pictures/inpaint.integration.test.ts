import { describe, expect, it } from 'vitest'
import { draw } from '../../src/pictures/draw.ts'
import {
  changedPixels,
  drawRequest,
  images,
  initOf,
  inpaintOf,
  isInMask,
  isMasked,
} from '../fixtures/draw-requests.ts'
import { createFakePipeline } from '../fixtures/fake-pipeline.ts'

describe('inpainting', () => {
  it('changes what the mask covers and no other byte', async () => {
    const asked = drawRequest({ init: initOf({ strength: 1 }), inpaint: inpaintOf() })
    const drawing = await draw(createFakePipeline(), asked, { images })
    const changed = changedPixels(drawing.rgb)
    expect(changed.length).toBeGreaterThan(200)
    expect(changed.every(isInMask)).toBe(true)
  })

  it('changes everything else when the mask is inverted', async () => {
    const asked = drawRequest({
      init: initOf({ strength: 1 }),
      inpaint: inpaintOf({ invert: true }),
    })
    const drawing = await draw(createFakePipeline(), asked, { images })
    const changed = changedPixels(drawing.rgb)
    expect(changed.length).toBeGreaterThan(2000)
    expect(changed.some(isInMask)).toBe(false)
  })

  it('keeps the latents outside the mask at the picture to the last step', async () => {
    const pipeline = createFakePipeline()
    const asked = drawRequest({ init: initOf({ strength: 1 }), inpaint: inpaintOf() })
    const { trajectory } = await draw(pipeline, asked, { images })
    const original = (
      await pipeline.vae.encode(pipeline.calls.encoded[0] as Float32Array, { width: 8, height: 8 })
    ).mean
    const outside = original.filter((_, i) => !isMasked(i))
    expect(trajectory.at(-1)?.filter((_, i) => !isMasked(i))).toEqual(outside)
    expect(trajectory.at(-1)?.filter((_, i) => isMasked(i))).not.toEqual(
      original.filter((_, i) => isMasked(i)),
    )
  })

  it('blurs the edge outwards and stays within the blur', async () => {
    const asked = drawRequest({ init: initOf({ strength: 1 }), inpaint: inpaintOf({ blur: 2 }) })
    const changed = changedPixels((await draw(createFakePipeline(), asked, { images })).rgb)
    expect(changed.some(({ x }) => x < 16)).toBe(true)
    expect(changed.every(({ x, y }) => x >= 11 && x < 45 && y >= 19 && y < 53)).toBe(true)
  })

  it.each(['fill', 'noise', 'nothing'] as const)('starts from %s under the mask', async (fill) => {
    const asked = drawRequest({ init: initOf(), inpaint: inpaintOf({ fill }) })
    const pipeline = createFakePipeline()
    const other = await draw(pipeline, asked, { images })
    const plain = await draw(createFakePipeline(), { ...asked, inpaint: inpaintOf() }, { images })
    expect(other.trajectory[0]).not.toEqual(plain.trajectory[0])
    const inside = (latents: Float32Array | undefined) => latents?.filter((_, i) => !isMasked(i))
    expect(inside(other.trajectory[0])).toEqual(inside(plain.trajectory[0]))
  })

  it('draws only the surroundings of the mask, at full size', async () => {
    const pipeline = createFakePipeline()
    const asked = drawRequest({
      init: initOf({ strength: 1 }),
      inpaint: inpaintOf({ area: 'masked', padding: 4 }),
    })
    const drawing = await draw(pipeline, asked, { images })
    expect(pipeline.calls.unet[0]?.size).toEqual({ width: 8, height: 8 })
    // 24 x 24 pixels of mask and 4 around are drawn at 64 x 64: blocks of the fake VAE shrink to half.
    const changed = changedPixels(drawing.rgb)
    expect(changed.length).toBeGreaterThan(200)
    expect(changed.every(isInMask)).toBe(true)
    const whole = await draw(createFakePipeline(), { ...asked, inpaint: inpaintOf() }, { images })
    expect(drawing.rgb).not.toEqual(whole.rgb)
  })

  it('shows an inpainting UNet the mask and the picture without what it covers', async () => {
    const pipeline = createFakePipeline({ extraChannels: 5 })
    const asked = drawRequest({ init: initOf(), inpaint: inpaintOf() })
    await draw(pipeline, asked, { images })
    const extra = pipeline.calls.unet[0]?.extra
    expect(extra).toHaveLength(5 * 64)
    const inMask = Array.from({ length: 64 }, (_, i) => (isMasked(i) ? 1 : 0))
    expect([...(extra?.subarray(0, 64) ?? [])]).toEqual(inMask)
    const shown = pipeline.calls.encoded[1]
    expect(shown?.[32 * 64 + 20]).toBe(0)
    expect(shown?.[4 * 64 + 4]).toBe(pipeline.calls.encoded[0]?.[4 * 64 + 4])
  })

  it('shows an inpainting UNet that draws everything a mask of ones and a grey picture', async () => {
    const pipeline = createFakePipeline({ extraChannels: 5 })
    await draw(pipeline, drawRequest())
    expect([...(pipeline.calls.unet[0]?.extra?.subarray(0, 64) ?? [])]).toEqual(Array(64).fill(1))
    expect(new Set(pipeline.calls.encoded[0])).toEqual(new Set([0]))
  })
})
