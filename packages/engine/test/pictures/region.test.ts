import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blank } from '../../src/pictures/raster-geometry.ts'
import { coveredPart, regionAround } from '../../src/pictures/region.ts'

describe('the covered part of a mask', () => {
  it('is the smallest part with every pixel that is not black', () => {
    const mask = blank({ width: 10, height: 8 }, 1)
    mask.bytes[2 * 10 + 3] = 1
    mask.bytes[5 * 10 + 7] = 255
    expect(coveredPart(mask)).toEqual({ left: 3, top: 2, width: 5, height: 4 })
  })

  it('is not there when all is black', () => {
    expect(coveredPart(blank({ width: 4, height: 4 }, 1))).toBeUndefined()
  })
})

describe('the region around it', () => {
  it('grows by the padding and to the shape of the whole', () => {
    const part = { left: 40, top: 50, width: 20, height: 10 }
    expect(regionAround(part, 5, { width: 200, height: 100 })).toEqual({
      left: 30,
      top: 45,
      width: 40,
      height: 20,
    })
  })

  it('moves inside at a border', () => {
    const part = { left: 0, top: 0, width: 8, height: 64 }
    expect(regionAround(part, 4, { width: 128, height: 128 })).toEqual({
      left: 0,
      top: 0,
      width: 68,
      height: 68,
    })
  })

  it('always lies inside, holds the part and has the shape of the whole', () => {
    const side = fc.integer({ min: 8, max: 512 })
    fc.assert(
      fc.property(side, side, fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat(200), (...drawn) => {
        const [width, height, x, y, w, h, padding] = drawn
        const left = x % width
        const top = y % height
        const part = {
          left,
          top,
          width: 1 + (w % (width - left)),
          height: 1 + (h % (height - top)),
        }
        const region = regionAround(part, padding, { width, height })
        expect(region.left).toBeGreaterThanOrEqual(0)
        expect(region.top).toBeGreaterThanOrEqual(0)
        expect(region.left).toBeLessThanOrEqual(part.left)
        expect(region.top).toBeLessThanOrEqual(part.top)
        expect(region.left + region.width).toBeLessThanOrEqual(width)
        expect(region.top + region.height).toBeLessThanOrEqual(height)
        expect(region.left + region.width).toBeGreaterThanOrEqual(part.left + part.width)
        expect(region.top + region.height).toBeGreaterThanOrEqual(part.top + part.height)
        const shape = width / height
        const isShaped =
          Math.abs(region.width - region.height * shape) <= 1 ||
          Math.abs(region.height - region.width / shape) <= 1
        expect(isShaped).toBe(true)
      }),
    )
  })
})
