import { expect, it } from 'vitest'
import { createProgressMeter } from '../../src/host/eta.ts'

it('expects the remaining calls at the pace so far, and what follows them', () => {
  let now = 1_000
  const meter = createProgressMeter(() => now, 50)
  now += 300
  expect(meter.advance(3, 10)).toEqual({ step: 3, of: 10, etaMs: 700 + 50 })
  now += 700
  expect(meter.advance(10, 10)).toEqual({ step: 10, of: 10, etaMs: 50 })
})
