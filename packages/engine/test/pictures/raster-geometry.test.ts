import { expect, it } from 'vitest'
import type { Raster } from '../../src/images/raster.ts'
import { crop, extendEdges, union } from '../../src/pictures/raster-geometry.ts'

const mask = (rows: readonly (readonly number[])[]): Raster => ({
  bytes: Uint8Array.from(rows.flat()),
  channels: 1,
  width: rows[0]?.length ?? 0,
  height: rows.length,
})

it('cuts a part out', () => {
  const part = crop(
    mask([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]),
    { left: 1, top: 0, width: 2, height: 2 },
  )
  expect(part).toEqual(
    mask([
      [2, 3],
      [5, 6],
    ]),
  )
})

it('cuts whole pixels of a picture', () => {
  const picture: Raster = {
    bytes: Uint8Array.from([1, 2, 3, 4, 5, 6]),
    channels: 3,
    width: 2,
    height: 1,
  }
  const part = crop(picture, { left: 1, top: 0, width: 1, height: 1 })
  expect([...part.bytes]).toEqual([4, 5, 6])
})

it('repeats the edges in the margins it adds', () => {
  const larger = extendEdges(
    mask([
      [1, 2],
      [3, 4],
    ]),
    { left: 1, top: 1, right: 2, bottom: 0 },
  )
  expect(larger).toEqual(
    mask([
      [1, 1, 2, 2, 2],
      [1, 1, 2, 2, 2],
      [3, 3, 4, 4, 4],
    ]),
  )
})

it('joins masks by the larger of both', () => {
  expect(union(mask([[0, 200]]), mask([[10, 100]]))).toEqual(mask([[10, 200]]))
})
