import { createFakeClock } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { createProgressMeter, type PullProgress } from '../../src/download/progress.ts'

function metering() {
  const clock = createFakeClock()
  const told: PullProgress[] = []
  const meter = createProgressMeter(clock, (progress) => told.push(progress))
  return { clock, told, meter }
}

describe('the progress of a pull', () => {
  it('tells the rate of the last seconds and the time left', async () => {
    const { clock, told, meter } = metering()
    meter.expect([{ path: 'a', size: 10_000 }])
    meter.phase('downloading')
    for (let bytes = 0; bytes <= 5_000; bytes += 100) {
      meter.file('a', bytes)
      await clock.advance(100)
    }
    const last = told.at(-1)
    expect(last).toMatchObject({ bytes: 5_000, of: 10_000 })
    expect(last?.rate).toBeCloseTo(1_000, -1)
    expect(last?.etaMs).toBeCloseTo(5_000, -2)
  })

  it('counts what lay on the disk as here, not as fast', async () => {
    const { clock, told, meter } = metering()
    meter.expect([{ path: 'a', size: 1_000_000 }])
    meter.phase('downloading')
    meter.file('a', 900_000)
    for (let i = 1; i <= 20; i++) {
      await clock.advance(100)
      meter.file('a', 900_000 + i * 10)
    }
    expect(told.at(-1)?.bytes).toBe(900_200)
    expect(told.at(-1)?.rate).toBeCloseTo(100, -1)
  })

  it('tells at most ten times a second, however many chunks come', () => {
    const { told, meter } = metering()
    meter.expect([{ path: 'a', size: 1_000 }])
    meter.phase('downloading')
    const before = told.length
    for (let i = 0; i < 1_000; i++) meter.file('a', i)
    expect(told.length - before).toBeLessThanOrEqual(1)
  })

  it('grows with files whose size nobody knew', () => {
    const { told, meter } = metering()
    meter.expect([{ path: 'a' }])
    meter.done('a', 70)
    expect(told.at(-1)).toMatchObject({ bytes: 70, of: 70, files: [] })
  })
})
