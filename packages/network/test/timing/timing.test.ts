import { ReverieError } from '@reverie/core'
import { createFakeClock } from '@reverie/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs } from '../../src/timing/backoff.ts'
import { deadline, onAbort, pause } from '../../src/timing/deadline.ts'
import { startHeartbeat } from '../../src/timing/heartbeat.ts'
import { watchLiveness } from '../../src/timing/liveness.ts'
import { createRateLimiter } from '../../src/timing/rate-limit.ts'

const late = () => new ReverieError('protocol_violation', 'too late')

describe('a deadline', () => {
  it('fires with its reason and leaves no timer when given back', async () => {
    const clock = createFakeClock()
    {
      using limit = deadline(clock, 100, late)
      await clock.advance(99)
      expect(limit.signal.aborted).toBe(false)
      await clock.advance(1)
      expect(limit.signal.reason).toMatchObject({ message: 'too late' })
    }
    {
      using _unused = deadline(clock, 100, late)
    }
    expect(clock.pending()).toBe(0)
  })

  it('fires with a parent, and with the reason of that', () => {
    const parent = new AbortController()
    using limit = deadline(createFakeClock(), 100, late, undefined, parent.signal)
    parent.abort(new Error('stop'))
    expect(limit.signal.reason).toMatchObject({ message: 'stop' })
  })

  it('fires at once for a parent that has fired', () => {
    using limit = deadline(createFakeClock(), 100, late, AbortSignal.abort())
    expect(limit.signal.aborted).toBe(true)
  })
})

describe('a pause', () => {
  it('ends with its time or its signal, and leaves no timer', async () => {
    const clock = createFakeClock()
    const stop = new AbortController()
    const ended: string[] = []
    const first = pause(clock, 100, stop.signal).then(() => ended.push('time'))
    await clock.advance(100)
    await first
    const second = pause(clock, 100, stop.signal).then(() => ended.push('signal'))
    stop.abort()
    await second
    await pause(clock, 100, stop.signal)
    expect(ended).toEqual(['time', 'signal'])
    expect(clock.pending()).toBe(0)
  })

  it('can take a task back from a signal', () => {
    const stop = new AbortController()
    let runs = 0
    onAbort(stop.signal, () => {
      runs += 1
    })()
    stop.abort()
    expect(runs).toBe(0)
  })
})

describe('liveness', () => {
  const watch = (clock = createFakeClock()) => {
    const seen = { silent: 0 }
    const liveness = watchLiveness(clock, {
      silenceMs: 600,
      graceMs: 200,
      onSilent: () => {
        seen.silent += 1
      },
    })
    return { clock, liveness, seen }
  }

  it('ends after the silence, counted from the last sign', async () => {
    const { clock, liveness, seen } = watch()
    await clock.advance(500)
    liveness.touch()
    await clock.advance(599)
    expect(seen.silent).toBe(0)
    await clock.advance(1)
    expect(seen.silent).toBe(1)
    expect(clock.pending()).toBe(0)
  })

  it('never ends while signs come', async () => {
    const { clock, liveness, seen } = watch()
    for (let count = 0; count < 20; count += 1) {
      await clock.advance(400)
      liveness.touch()
    }
    expect(seen.silent).toBe(0)
  })

  it('gives a moment more when it was us who stood still', async () => {
    // A clock whose timers run late, as after a laptop was asleep.
    let now = 0
    const timers: { at: number; run: () => void }[] = []
    const clock = {
      now: () => now,
      after(delayMs: number, run: () => void) {
        timers.push({ at: now + delayMs, run })
        return () => {}
      },
    }
    let silent = 0
    watchLiveness(clock, {
      silenceMs: 600,
      graceMs: 200,
      onSilent: () => {
        silent += 1
      },
    })
    now = 3_600_000
    timers.shift()?.run()
    expect(silent).toBe(0)
    now += 200
    timers.shift()?.run()
    expect(silent).toBe(1)
  })

  it('leaves no timer when stopped', () => {
    const { clock, liveness } = watch()
    liveness.stop()
    expect(clock.pending()).toBe(0)
  })
})

describe('a heartbeat', () => {
  it('is sent at its interval, never two at once', async () => {
    const clock = createFakeClock()
    let sent = 0
    let done = () => {}
    const stop = startHeartbeat(clock, 100, () => {
      sent += 1
      return new Promise<void>((resolve) => {
        done = resolve
      })
    })
    await clock.advance(1_000)
    expect(sent).toBe(1)
    done()
    await clock.advance(0)
    await clock.advance(100)
    expect(sent).toBe(2)
    stop()
    done()
    await clock.advance(1_000)
    expect(sent).toBe(2)
    expect(clock.pending()).toBe(0)
  })
})

describe('a rate limit', () => {
  it('lets a burst through and then as many as it gains', async () => {
    const clock = createFakeClock()
    const within = createRateLimiter(clock, { burst: 3, perSecond: 10 })
    const take = (count: number) => Array.from({ length: count }, within)
    expect(take(4)).toEqual([true, true, true, false])
    await clock.advance(200)
    expect(take(3)).toEqual([true, true, false])
  })

  it('never lets through more than burst plus gain, whatever the times', () => {
    const gaps = fc.array(fc.nat(500), { maxLength: 200 })
    fc.assert(
      fc.property(gaps, (waits) => {
        let now = 0
        const within = createRateLimiter(
          { now: () => now, after: () => () => {} },
          { burst: 5, perSecond: 20 },
        )
        let passed = 0
        for (const wait of waits) {
          now += wait
          if (within()) passed += 1
        }
        expect(passed).toBeLessThanOrEqual(5 + (now / 1_000) * 20 + 1e-6)
      }),
    )
  })
})

describe('a back-off', () => {
  it('stays between 0 and a bound that doubles up to the largest', () => {
    const attempts = fc.integer({ min: 1, max: 10_000 })
    const chance = fc.double({ min: 0, max: 0.999_999, noNaN: true })
    fc.assert(
      fc.property(attempts, chance, (attempt, random) => {
        const delayMs = backoffMs(attempt, { minMs: 250, maxMs: 15_000 }, () => random)
        expect(delayMs).toBeGreaterThanOrEqual(0)
        expect(delayMs).toBeLessThanOrEqual(Math.min(15_000, 250 * 2 ** Math.min(attempt - 1, 20)))
      }),
    )
  })
})
