import { expect, it } from 'vitest'
import { marginMasks } from '../../src/pictures/margin-masks.ts'

const size = { width: 128, height: 128 }

it('draws a margin, leaves the middle alone and passes between them inside the old edge', () => {
  const { latent, overlay } = marginMasks(size, { left: 32, top: 0, right: 0, bottom: 0 })
  const row = (mask: typeof overlay) => [...mask.bytes.subarray(64 * 128, 65 * 128)]
  expect(
    row(latent)
      .slice(0, 34)
      .every((value) => value === 255),
  ).toBe(true)
  expect(
    row(latent)
      .slice(34)
      .every((value) => value === 0),
  ).toBe(true)
  expect(
    row(overlay)
      .slice(0, 32)
      .every((value) => value === 255),
  ).toBe(true)
  expect(
    row(overlay)
      .slice(64)
      .every((value) => value === 0),
  ).toBe(true)
  const seam = row(overlay).slice(32, 64)
  expect(seam).toEqual(seam.toSorted((a, b) => b - a))
  expect(new Set(seam).size).toBeGreaterThan(8)
})

it('draws everything where the margins meet', () => {
  const { latent, overlay } = marginMasks(size, { left: 63, top: 0, right: 63, bottom: 0 })
  expect([...new Set(latent.bytes)]).toEqual([255])
  expect([...new Set(overlay.bytes)]).toEqual([255])
})
