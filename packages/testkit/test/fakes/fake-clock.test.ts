import { createFakeClock } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'

describe('createFakeClock', () => {
  it('stands still until it is moved', async () => {
    const clock = createFakeClock(1_000)
    expect(clock.now()).toBe(1_000)
    await clock.advance(250)
    expect(clock.now()).toBe(1_250)
  })

  it('runs tasks in order of their time, each at its own instant', async () => {
    const clock = createFakeClock(0)
    const ran: [string, number][] = []
    clock.after(20, () => ran.push(['late', clock.now()]))
    clock.after(10, () => ran.push(['early', clock.now()]))
    clock.after(10, () => ran.push(['early, set second', clock.now()]))
    clock.after(31, () => ran.push(['not yet', clock.now()]))
    await clock.advance(30)
    expect(ran).toEqual([
      ['early', 10],
      ['early, set second', 10],
      ['late', 20],
    ])
    expect(clock.pending()).toBe(1)
  })

  it('runs tasks that tasks set, also after a promise', async () => {
    const clock = createFakeClock(0)
    const times: number[] = []
    const tick = () => {
      times.push(clock.now())
      void Promise.resolve().then(() => clock.after(10, tick))
    }
    clock.after(10, tick)
    await clock.advance(35)
    expect(times).toEqual([10, 20, 30])
  })

  it('does not run a cancelled task', async () => {
    const clock = createFakeClock(0)
    let ran = false
    const cancel = clock.after(10, () => {
      ran = true
    })
    cancel()
    await clock.advance(100)
    expect(ran).toBe(false)
    expect(clock.pending()).toBe(0)
  })
})
