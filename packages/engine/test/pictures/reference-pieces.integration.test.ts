import { expect, it } from 'vitest'
import { canny } from '../../src/control/canny.ts'
import type { Raster } from '../../src/images/raster.ts'
import { gaussianBlur } from '../../src/pictures/gaussian-blur.ts'
import { latentMask } from '../../src/pictures/mask.ts'
import { maskedFill } from '../../src/pictures/masked-fill.ts'
import { resizeLatents } from '../../src/pictures/resize-latents.ts'
import {
  readPicturesArrays,
  readPicturesGolden,
  rectangleMask,
} from '../fixtures/pictures-golden.ts'

const golden = await readPicturesGolden()
const { resize, blur, fill, canny: edges } = golden.pieces

const largest = (ours: ArrayLike<number>, theirs: readonly number[]): number =>
  Math.max(...theirs.map((value, i) => Math.abs((ours[i] ?? Number.NaN) - value)))

const raster = (
  bytes: readonly number[],
  channels: 1 | 3,
  size: { readonly width: number; readonly height: number },
): Raster => ({ bytes: Uint8Array.from(bytes), channels, width: size.width, height: size.height })

it.each([
  ['latent', resize.bilinear],
  ['latent_bicubic', resize.bicubic],
  ['latent_nearest', resize.nearest],
] as const)('enlarges latents by %s as torch interpolates', (upscaler, expected) => {
  const size = ([width, height]: readonly [number, number]) => ({ width, height })
  const latents = Float32Array.from(resize.latents)
  const ours = resizeLatents(latents, size(resize.from), size(resize.to), upscaler)
  expect(ours).toHaveLength(expected.length)
  expect(largest(ours, expected)).toBeLessThan(1e-5)
})

it.each([
  [1, blur.sigma1],
  [4, blur.sigma4],
])('blurs a mask by %d as OpenCV does, to a level of rounding', (sigma, expected) => {
  const ours = gaussianBlur(raster(blur.mask, 1, blur), sigma)
  expect(largest(ours.bytes, expected)).toBeLessThanOrEqual(1)
})

it('fills what a mask covers with the colours that Pillow spreads there', () => {
  const mask = raster(fill.mask, 1, fill)
  const ours = maskedFill(raster(fill.picture, 3, fill), mask)
  // Pillow rounds to bytes between blurs, a few levels where little of a pixel is kept.
  expect(largest(ours.bytes, fill.filled)).toBeLessThanOrEqual(6)
  const kept = ours.bytes.filter((_, i) => mask.bytes[Math.floor(i / 3)] === 0)
  expect(kept).toEqual(
    Uint8Array.from(fill.picture.filter((_, i) => mask.bytes[Math.floor(i / 3)] === 0)),
  )
})

it('finds the edges that OpenCV finds', () => {
  const ours = canny(Uint8Array.from(edges.picture), edges.width, edges.height)
  const drawn = Array.from(ours, (value) => (value === 255 ? '#' : '.')).join('')
  expect(drawn).toBe(edges.edges)
  expect(drawn).toContain('#')
})

it('reduces a blurred mask to the latents that AUTOMATIC1111 redraws', async () => {
  const arrays = await readPicturesArrays()
  const mask = gaussianBlur(rectangleMask(golden.mask.edges), golden.mask.blur)
  expect(latentMask(mask, { width: 16, height: 16 })).toEqual(arrays(golden.mask.latent))
})
