import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignment, cutOut, layBack } from '../../src/post/align-face.ts'

const SIDE = 64
/** The restorer's own places for eyes, nose and mouth. */
const upright = [
  [0.3769, 0.4686],
  [0.6229, 0.4691],
  [0.5012, 0.6133],
  [0.3931, 0.7254],
  [0.6115, 0.7249],
].map(([x = 0, y = 0]) => ({ x: x * SIDE, y: y * SIDE }))

describe('aligning a face', () => {
  it('undoes any turn, size and place', () => {
    const turns = fc.record({
      angle: fc.double({ min: -3, max: 3, noNaN: true }),
      scale: fc.double({ min: 0.2, max: 5, noNaN: true }),
      x: fc.integer({ min: -100, max: 100 }),
      y: fc.integer({ min: -100, max: 100 }),
    })
    fc.assert(
      fc.property(turns, ({ angle, scale, x, y }) => {
        const [c, s] = [scale * Math.cos(angle), scale * Math.sin(angle)]
        const seen = upright.map((p) => ({ x: c * p.x - s * p.y + x, y: s * p.x + c * p.y + y }))
        const { a, b, dx, dy } = alignment(seen, SIDE)
        seen.forEach((p, i) => {
          expect(a * p.x - b * p.y + dx).toBeCloseTo(upright[i]?.x ?? 0, 6)
          expect(b * p.x + a * p.y + dy).toBeCloseTo(upright[i]?.y ?? 0, 6)
        })
      }),
    )
  })

  it('cuts a face out and lays it back without moving it', () => {
    const smooth = {
      width: 100,
      height: 80,
      rgb: Uint8Array.from({ length: 100 * 80 * 3 }, (_, i) => 50 + (Math.floor(i / 3) % 100)),
    }
    const seen = upright.map(({ x, y }) => ({ x: 0.8 * x + 20, y: 0.8 * y + 10 }))
    const to = alignment(seen, SIDE)
    const back = { ...smooth, rgb: smooth.rgb.slice() }
    layBack(back, cutOut(smooth, to, SIDE), to, 1)
    const errors = back.rgb.map((value, i) => Math.abs(value - (smooth.rgb[i] ?? 0)))
    expect(Math.max(...errors)).toBeLessThanOrEqual(2)
  })

  it('takes five equal points for a place without a direction', () => {
    const points = Array.from({ length: 5 }, () => ({ x: 7, y: 9 }))
    expect(alignment(points, SIDE)).toMatchObject({ a: 1, b: 0 })
  })
})
