import type { LeaseEnd, WorkerChange } from '@reverie/core'
import { buildJobSpec, createFakeClock, createFakeGateway } from '@reverie/testkit'
import { describe, expect, it } from 'vitest'

const lease = (gateway: ReturnType<typeof createFakeGateway>, peer: string) => {
  const controller = new AbortController()
  const progress: number[] = []
  const end: Promise<LeaseEnd> = gateway.lease(peer as never, buildJobSpec(), {
    signal: controller.signal,
    onProgress: ({ step }) => progress.push(step),
  })
  return { end, progress, abort: () => controller.abort() }
}

const submission = () => ({
  spec: buildJobSpec(),
  image: Uint8Array.of(1),
  receipt: Uint8Array.of(2),
})

describe('createFakeGateway', () => {
  it('tells who joined, changed and left', () => {
    const gateway = createFakeGateway()
    const changes: WorkerChange['type'][] = []
    gateway.onChange((change) => changes.push(change.type))
    const worker = gateway.join({ profile: { slots: 2 } })
    worker.update({ draining: true })
    expect(gateway.workers()[0]?.profile).toMatchObject({ slots: 2, draining: true })
    worker.leave()
    worker.leave()
    expect(changes).toEqual(['joined', 'updated', 'left'])
    expect(gateway.workers()).toEqual([])
  })

  it('ends a lease the way the script says, once', async () => {
    const gateway = createFakeGateway()
    const worker = gateway.join()
    const first = lease(gateway, worker.peer)
    const held = await worker.nextLease()
    held.progress({ step: 3, of: 20, etaMs: undefined })
    held.finish()
    held.fault({ code: 'engine_failed', message: 'too late', facts: {} })
    held.progress({ step: 4, of: 20, etaMs: undefined })
    expect(await first.end).toEqual({ type: 'finished' })
    expect(first.progress).toEqual([3])
  })

  it('cancels a lease that is aborted', async () => {
    const gateway = createFakeGateway()
    const worker = gateway.join()
    const { end, abort } = lease(gateway, worker.peer)
    abort()
    expect(await end).toEqual({ type: 'cancelled' })
  })

  it('loses the leases of a worker that leaves or is not there', async () => {
    const gateway = createFakeGateway()
    const worker = gateway.join()
    const { end } = lease(gateway, worker.peer)
    worker.leave()
    expect(await end).toEqual({ type: 'lost' })
    expect(await lease(gateway, worker.peer).end).toEqual({ type: 'lost' })
  })

  it('gives a silent lease up after a while, whatever it is told', async () => {
    const clock = createFakeClock()
    const gateway = createFakeGateway({ clock, silenceMs: 1_000 })
    const worker = gateway.join({ onLease: (held) => held.silent() })
    const { end, abort } = lease(gateway, worker.peer)
    abort()
    let ended: LeaseEnd | undefined
    void end.then((how) => {
      ended = how
    })
    await clock.advance(999)
    expect(ended).toBeUndefined()
    await clock.advance(1)
    expect(ended).toEqual({ type: 'lost' })
  })

  it('hands results to the sink, and says "not now" before there is one', async () => {
    const gateway = createFakeGateway()
    const worker = gateway.join()
    await expect(worker.submit(submission())).rejects.toMatchObject({
      code: 'coordinator_unreachable',
    })
    gateway.onResult(async (peer, { receipt }) => {
      expect(peer).toBe(worker.peer)
      return { type: 'accepted', receipt }
    })
    worker.leave()
    expect(await worker.submit(submission())).toMatchObject({ type: 'accepted' })
  })

  it('remembers whom the coordinator threw out and why', async () => {
    const gateway = createFakeGateway()
    const { peer } = gateway.join()
    const error = { code: 'peer_refused', message: 'banned', facts: {} } as const
    await gateway.disconnect(peer, error)
    expect(gateway.disconnected).toEqual([{ peer, error }])
    expect(gateway.workers()).toEqual([])
  })
})
