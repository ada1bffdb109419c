import type { JobFromWorker } from '@reverie/protocol'
import { describe, expect, it } from 'vitest'
import { createOutlet } from '../../src/link/job-server.ts'

/** A channel that takes one message at a time, when the test lets it. */
function slowChannel() {
  const sent: JobFromWorker[] = []
  let open = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  return {
    sent,
    closed: closed.promise,
    takeOne() {
      const { resolve } = open
      open = Promise.withResolvers()
      resolve()
      return new Promise((settled) => setImmediate(settled))
    },
    channel: {
      async send(message: JobFromWorker) {
        sent.push(message)
        await open.promise
        return true
      },
      async close() {
        closed.resolve()
      },
    },
  }
}
const step = (at: number, of = 20) => ({ step: at, of, etaMs: undefined })

describe('progress on its way to the coordinator', () => {
  it('keeps a picture that has not left yet when newer steps come without one', async () => {
    const { channel, sent, takeOne } = slowChannel()
    const outlet = createOutlet(channel)
    const preview = Uint8Array.of(0xff, 0xd8, 0xff)
    outlet.progress(step(1))
    outlet.progress({ ...step(2), preview })
    outlet.progress(step(3))
    await takeOne()
    await takeOne()
    expect(sent).toEqual([
      { type: 'progress', step: 1, of: 20 },
      { type: 'progress', step: 3, of: 20, preview },
    ])
    outlet.progress(step(4))
    expect(sent.at(-1)).toEqual({ type: 'progress', step: 4, of: 20 })
  })

  it('sends a step again when its picture comes later, and no step twice without', async () => {
    const { channel, sent, takeOne } = slowChannel()
    const outlet = createOutlet(channel)
    const preview = Uint8Array.of(0xff, 0xd8, 0xff)
    outlet.progress(step(4))
    outlet.progress(step(4))
    await takeOne()
    outlet.progress({ ...step(4), preview })
    outlet.progress({ ...step(3), preview })
    await takeOne()
    await takeOne()
    expect(sent).toEqual([
      { type: 'progress', step: 4, of: 20 },
      { type: 'progress', step: 4, of: 20, preview },
    ])
  })

  it('leaves steps out while the stream is full, never the latest', async () => {
    const { channel, sent, takeOne } = slowChannel()
    const outlet = createOutlet(channel)
    for (let at = 0; at <= 9; at += 1) outlet.progress(step(at))
    await takeOne()
    await takeOne()
    expect(sent).toEqual([
      { type: 'progress', step: 0, of: 20 },
      { type: 'progress', step: 9, of: 20 },
    ])
  })

  it('never goes back, repeats itself or leaves its range, whatever the engine says', async () => {
    const { channel, sent, takeOne } = slowChannel()
    const outlet = createOutlet(channel)
    for (const each of [step(3), step(2), step(3), step(25), step(4, 30), step(4)]) {
      outlet.progress(each)
      await takeOne()
    }
    expect(sent).toEqual([
      { type: 'progress', step: 3, of: 20 },
      { type: 'progress', step: 4, of: 20 },
    ])
  })

  it('leaves out a guess of the time left that is no number', async () => {
    const { channel, sent } = slowChannel()
    createOutlet(channel).progress({ step: 1, of: 20, etaMs: Number.NaN })
    expect(sent).toEqual([{ type: 'progress', step: 1, of: 20 }])
  })

  it('is followed by the end, once, and the stream is closed', async () => {
    const { channel, sent, takeOne, closed } = slowChannel()
    const outlet = createOutlet(channel)
    outlet.progress(step(1))
    outlet.ended({ type: 'finished' })
    await takeOne()
    await takeOne()
    await closed
    expect(sent.map(({ type }) => type)).toEqual(['progress', 'finished'])
  })

  it('is followed by the end at whatever moment that comes', async () => {
    for (let turns = 0; turns < 10; turns += 1) {
      const sent: string[] = []
      const closed = Promise.withResolvers<void>()
      const outlet = createOutlet({
        send: async ({ type }) => sent.push(type) > 0,
        close: async () => closed.resolve(),
      })
      outlet.progress(step(1))
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      outlet.ended({ type: 'finished' })
      await closed.promise
      expect(sent.at(-1)).toBe('finished')
      expect(sent.filter((type) => type === 'finished')).toHaveLength(1)
    }
  })

  it('says a lost job as a fault: the coordinator knows no other word', async () => {
    const { channel, sent } = slowChannel()
    createOutlet(channel).ended({ type: 'lost' })
    expect(sent).toMatchObject([{ type: 'fault', error: { code: 'worker_lost' } }])
  })
})
