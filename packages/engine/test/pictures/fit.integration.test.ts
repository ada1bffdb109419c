import { describe, expect, it } from 'vitest'
import type { Raster } from '../../src/images/raster.ts'
import { resize } from '../../src/images/resize.ts'
import { composite } from '../../src/pictures/composite.ts'
import { fit } from '../../src/pictures/fit.ts'
import { blank } from '../../src/pictures/raster-geometry.ts'

/** Left half of one value, right half of another. */
function halves(width: number, height: number, left: number, right: number): Raster {
  const raster = blank({ width, height }, 3, left)
  for (let i = 0; i < raster.bytes.length; i++) {
    if (Math.floor(i / 3) % width >= width / 2) raster.bytes[i] = right
  }
  return raster
}

const at = ({ bytes, width, channels }: Raster, x: number, y: number): number =>
  bytes[(y * width + x) * channels] ?? Number.NaN

describe('fitting a picture', () => {
  it('keeps the bytes of one that fits already', async () => {
    const picture = halves(64, 32, 10, 200)
    for (const how of ['stretch', 'crop', 'pad'] as const) {
      expect(await fit(picture, { width: 64, height: 32 }, how)).toBe(picture)
    }
  })

  it.each([
    ['stretch', 10, 200],
    ['crop', 10, 200],
    ['pad', 10, 200],
  ] as const)('gives the size by %s', async (how, left, right) => {
    const fitted = await fit(halves(200, 50, 10, 200), { width: 96, height: 64 }, how)
    expect([fitted.width, fitted.height, fitted.bytes.length]).toEqual([96, 64, 96 * 64 * 3])
    expect([at(fitted, 4, 32), at(fitted, 91, 32)]).toEqual([left, right])
  })

  it('crops the sides evenly', async () => {
    const picture = blank({ width: 60, height: 20 }, 3, 50)
    for (let y = 0; y < 20; y++) picture.bytes.fill(250, (y * 60 + 20) * 3, (y * 60 + 40) * 3)
    const fitted = await fit(picture, { width: 20, height: 20 }, 'crop')
    expect(new Set(fitted.bytes)).toEqual(new Set([250]))
  })

  it('cuts the middle out of a strip without making all of it larger', async () => {
    // At 64 pixels across, its four million would unpack to 3 GB each way.
    const strip = blank({ width: 1, height: 4_000_000 }, 3, 40)
    strip.bytes.fill(200, 1_999_990 * 3, 2_000_010 * 3)
    for (const size of [
      { width: 64, height: 64 },
      { width: 64, height: 128 },
    ]) {
      const fitted = await fit(strip, size, 'crop')
      expect([fitted.width, fitted.height]).toEqual([size.width, size.height])
      expect(new Set(fitted.bytes)).toEqual(new Set([200]))
    }
  })

  it('frames with edge colours', async () => {
    const picture = blank({ width: 8, height: 4 }, 1, 0)
    picture.bytes.fill(255, 24)
    const fitted = await fit(picture, { width: 8, height: 8 }, 'pad')
    expect(fitted.channels).toBe(1)
    expect([at(fitted, 3, 0), at(fitted, 3, 7)]).toEqual([0, 255])
  })
})

it('resizes a mask in one channel', async () => {
  const resized = await resize(blank({ width: 9, height: 9 }, 1, 77), { width: 5, height: 4 })
  expect(resized).toEqual(blank({ width: 5, height: 4 }, 1, 77))
})

it('lays a drawing over a part and leaves every other byte', async () => {
  const picture = halves(16, 8, 10, 200)
  const overlay = blank(picture, 1)
  overlay.bytes[2 * 16 + 5] = 255
  overlay.bytes[2 * 16 + 6] = 128
  overlay.bytes[7 * 16 + 15] = 255
  const drawing = blank({ width: 32, height: 32 }, 3, 100)
  const laid = await composite(picture, drawing, overlay, { left: 4, top: 2, width: 4, height: 4 })
  expect(at(laid, 5, 2)).toBe(100)
  expect(at(laid, 6, 2)).toBe(Math.round((100 * 128 + 10 * 127) / 255))
  const changed = laid.bytes.filter((value, i) => value !== picture.bytes[i])
  expect(changed).toHaveLength(6)
})
