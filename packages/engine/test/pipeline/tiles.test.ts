import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTiledRun } from '../../src/pipeline/tiled.ts'
import { tileSpans, tileStarts } from '../../src/pipeline/tiles.ts'

const lengths = fc.integer({ min: 1, max: 200 })
const tiles = fc.integer({ min: 8, max: 64 })

it('covers every value with tiles of one length that share what was asked', () => {
  fc.assert(
    fc.property(lengths, tiles, (length, tile) => {
      const overlap = Math.floor(tile / 4)
      const starts = tileStarts(length, tile, overlap)
      expect(starts[0]).toBe(0)
      expect((starts.at(-1) ?? 0) + Math.min(tile, length)).toBe(length)
      for (const [i, start] of starts.slice(1).entries()) {
        expect(start - (starts[i] ?? 0)).toBeLessThanOrEqual(tile - overlap)
      }
    }),
  )
})

it('lets the weights of all tiles sum to 1 at each value, and fade where tiles overlap', () => {
  fc.assert(
    fc.property(lengths, tiles, (length, tile) => {
      const starts = tileStarts(length, tile, Math.floor(tile / 4))
      const sums = new Float64Array(length)
      for (const { start, weights } of tileSpans(starts, length, tile)) {
        for (const [at, weight] of weights.entries()) {
          expect(weight).toBeGreaterThan(0)
          sums[start + at] = (sums[start + at] ?? 0) + weight
        }
      }
      for (const sum of sums) expect(sum).toBeCloseTo(1, 12)
    }),
  )
})

it('falls from 1 to nearly 0 across the overlap with the next tile', () => {
  const [first] = tileSpans(tileStarts(28, 16, 4), 28, 16)
  expect([...(first?.weights ?? [])].slice(10)).toEqual([1, 1, 0.875, 0.625, 0.375, 0.125])
})

it('gives back what a graph that changes nothing is shown, whatever the size', async () => {
  const shape = { input: { channels: 2, scale: 1 }, output: { channels: 2, scale: 1 } }
  const seen = new Set<string>()
  const tiled = createTiledRun(shape, async (values, size) => {
    seen.add(`${size.width} x ${size.height}`)
    return values
  })
  const size = { width: 37, height: 21 }
  const values = Float32Array.from({ length: 2 * 37 * 21 }, (_, i) => Math.sin(i))
  const whole = await tiled(values, size, 16)
  expect(Math.max(...whole.map((value, i) => Math.abs(value - (values[i] ?? 0))))).toBeLessThan(
    1e-6,
  )
  expect([...seen]).toEqual(['16 x 16'])
})

it('puts larger pixels where their latents are', async () => {
  const shape = { input: { channels: 1, scale: 1 }, output: { channels: 1, scale: 2 } }
  const doubled = async (
    values: Float32Array,
    { width, height }: { width: number; height: number },
  ) =>
    Float32Array.from({ length: 4 * width * height }, (_, i) => {
      const x = Math.floor((i % (2 * width)) / 2)
      return values[Math.floor(i / (4 * width)) * width + x] ?? 0
    })
  const size = { width: 11, height: 19 }
  const values = Float32Array.from({ length: 11 * 19 }, (_, i) => i)
  const tiled = await createTiledRun(shape, doubled)(values, size, 8)
  const whole = await doubled(values, size)
  expect(Math.max(...tiled.map((value, i) => Math.abs(value - (whole[i] ?? 0))))).toBeLessThan(1e-4)
})
