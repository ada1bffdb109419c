import { buildJobSpec } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import { never } from '../harness.ts'
import { message } from '../raw-peer.ts'
import { useHostileSetup } from './hostile-setup.ts'

const setUp = useHostileSetup()

describe('a worker that breaks the rules of a lease', () => {
  /** What the lease of a worker ends as that says these things, one after the other. */
  async function leaseOf(said: readonly unknown[], options = {}) {
    const setup = await setUp(options)
    const { coordinator, peer } = setup
    await peer.serveJobs((job) => {
      for (const value of said) job.send(message(value))
    })
    const session = await peer.join()
    const beat = setInterval(() => session.send(message({ type: 'heartbeat' })), 50)
    const end = await coordinator.gateway.lease(peer.node.peer, buildJobSpec(), {
      signal: never(),
      onProgress: () => {},
    })
    clearInterval(beat)
    return { ...setup, end }
  }
  const accepted = { type: 'accepted' }
  const step = (at: number, of = 20) => ({ type: 'progress', step: at, of })

  const BROKEN: readonly [string, readonly unknown[], string][] = [
    ['going back', [accepted, step(5), step(4)], 'protocol_violation'],
    ['changing the number of steps', [accepted, step(5), step(6, 30)], 'protocol_violation'],
    ['being past the last step', [accepted, step(21)], 'protocol_violation'],
    ['progress before accepting', [step(1)], 'protocol_violation'],
    ['finishing before accepting', [{ type: 'finished' }], 'protocol_violation'],
    ['accepting twice', [accepted, accepted], 'protocol_violation'],
    ['a step that is no number', [accepted, { ...step(1), step: 'one' }], 'message_invalid'],
    ['more messages than a job has steps', Array(2_000).fill(accepted), 'protocol_violation'],
  ]
  it.each(BROKEN)('by %s gets a fault and a logged reason', async (_name, said, code) => {
    const { end, reasons, expectServiceUp } = await leaseOf(said)
    expect(end).toMatchObject({ type: 'fault', error: { code } })
    expect(reasons()).toEqual([code])
    await expectServiceUp()
  })

  it('by not answering the offer gets a fault', async () => {
    const { end, expectServiceUp } = await leaseOf([])
    expect(end).toMatchObject({ type: 'fault', error: { code: 'worker_refused' } })
    await expectServiceUp()
  })

  it('by saying it was cancelled when nobody cancelled gets a fault', async () => {
    const { end } = await leaseOf([accepted, { type: 'cancelled' }])
    expect(end).toMatchObject({ type: 'fault', error: { code: 'worker_refused' } })
  })

  it('by words of a newer release is understood as far as they are known', async () => {
    const { end, reasons } = await leaseOf([
      { type: 'mood', value: 'good' },
      { ...accepted, mood: 'good' },
      { ...step(1), mood: 'good' },
      { type: 'fault', error: { code: 'gpu_on_fire', message: 'hot', facts: {} } },
    ])
    expect(end).toEqual({
      type: 'fault',
      error: { code: 'engine_failed', message: 'hot', facts: {} },
    })
    expect(reasons()).toEqual([])
  })
})
