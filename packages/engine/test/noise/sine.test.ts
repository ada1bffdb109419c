import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cosineNear0, sine, sineNear0 } from '../../src/noise/sine.ts'

it('agrees with the platform far below what float32 shows', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (angle) => {
      expect(Math.abs(sine(angle) - Math.sin(angle))).toBeLessThan(1e-12)
      const near = ((angle / 100) * 2 - 1) * (Math.PI / 4)
      expect(Math.abs(sineNear0(near) - Math.sin(near))).toBeLessThan(1e-13)
      expect(Math.abs(cosineNear0(near) - Math.cos(near))).toBeLessThan(1e-13)
    }),
  )
})
