import { ReverieError } from '@reverie/core'
import { describe, expect, it, vi } from 'vitest'
import { startDispatch, submissionFor } from './harness.ts'

const crash = { code: 'engine_failed', message: 'the process crashed', facts: {} } as const
const down = () => new ReverieError('storage_unavailable', 'the database did not answer')

describe('a claim', () => {
  it('goes back when the database does not answer as the time to deliver runs out', async () => {
    const net = await startDispatch({ deliveryGraceMs: 1_000 })
    const render = await net.submit()
    const worker = net.join('w')
    ;(await worker.nextLease()).finish()
    await vi.waitFor(() => expect(net.clock.pending()).toBeGreaterThan(2))
    vi.spyOn(net.records, 'release').mockRejectedValueOnce(down())
    await net.clock.advance(1_000)
    const again = await worker.nextLease()
    expect(again.spec.job).toBe((await net.jobOf(render)).id)
  })
})

describe('a worker that stays connected', () => {
  it('and makes no progress loses the job, which goes elsewhere', async () => {
    const net = await startDispatch({ stallMs: 10_000 })
    const render = await net.submit()
    const idle = net.join('idle')
    const lease = await idle.nextLease()
    await net.clock.advance(9_000)
    lease.progress({ step: 1, of: 20, etaMs: undefined })
    await net.clock.advance(9_000)
    expect(await net.jobOf(render)).toMatchObject({ state: 'leased', excluded: [] })
    // The same step again is no progress.
    lease.progress({ step: 1, of: 20, etaMs: undefined })
    await net.clock.advance(1_000)
    const again = await net.join('other').nextLease()
    expect(again.spec.job).toBe(lease.spec.job)
    expect(lease.signal.aborted).toBe(true)
    expect((await net.jobOf(render)).excluded).toEqual([idle.peer])
  })

  it('and counts steps that no render has does not keep the job', async () => {
    const net = await startDispatch({ stallMs: 10_000 })
    const render = await net.submit({ steps: 1 })
    const lease = await net.join('counter').nextLease()
    for (let step = 1; step <= 10; step += 1) {
      lease.progress({ step, of: 1e9, etaMs: undefined })
      await net.clock.advance(5_000)
    }
    await net.until(render, 'queued')
  })

  it('and hands nothing over gets no more than its slots again', async () => {
    const net = await startDispatch()
    const render = await net.submit({ n: 8 })
    const greedy = net.gateway.join({
      profile: { name: 'greedy', models: [net.cid], slots: 2 },
      onLease: (lease) => lease.finish(),
    })
    await vi.waitFor(() => expect(greedy.leases.length).toBeGreaterThanOrEqual(4))
    const other = net.gateway.join({
      profile: { name: 'other', models: [net.cid], slots: 8 },
      onLease: (lease, worker) => {
        lease.finish()
        void worker.submit(submissionFor(lease.spec))
      },
    })
    await vi.waitFor(() => expect(other.leases).toHaveLength(4))
    expect(greedy.leases).toHaveLength(4)
    const states = (await net.records.render(render.id))?.jobs.map((job) => job.state)
    expect(states?.filter((state) => state === 'completed')).toHaveLength(4)
  })

  it('and keeps changing its profile writes nothing to the database', async () => {
    const net = await startDispatch()
    const seen = vi.spyOn(net.workers, 'seen')
    const worker = net.join('chatty')
    for (let i = 0; i < 10; i += 1) worker.update({ name: `chatty ${i}` })
    expect(seen).toHaveBeenCalledTimes(1)
    await net.clock.advance(7_000)
    worker.leave()
    await vi.waitFor(async () =>
      expect(await net.workers.list(1)).toMatchObject([
        { name: 'chatty 9', lastSeenAt: net.clock.now() },
      ]),
    )
  })

  it('and fails every job costs the database nothing while nobody else can take them', async () => {
    const net = await startDispatch()
    const render = await net.submit({ n: 20 })
    const broken = net.gateway.join({
      profile: { name: 'broken', models: [net.cid] },
      onLease: (lease) => lease.fault(crash),
    })
    await vi.waitFor(async () => {
      expect(broken.leases).toHaveLength(20)
      const jobs = (await net.records.render(render.id))?.jobs
      expect(jobs?.every((job) => job.excluded.length === 1)).toBe(true)
      expect(await net.queue.waiting()).toEqual(new Map())
    })
    const reads = vi.spyOn(net.records, 'job')
    for (let i = 0; i < 5; i += 1) broken.update({ name: `broken ${i}` })
    await net.clock.advance(3_000)
    expect(reads).not.toHaveBeenCalled()
    const second = net.gateway.join({
      profile: { name: 'second', models: [net.cid] },
      onLease: (lease, worker) => {
        lease.finish()
        void worker.submit(submissionFor(lease.spec))
      },
    })
    await vi.waitFor(() => expect(second.leases).toHaveLength(20))
  })
})

describe('a job that a worker has failed', () => {
  it('waits as any other while no worker is connected at all', async () => {
    const net = await startDispatch({ excludedGraceMs: 10_000 })
    const render = await net.submit()
    const broken = net.join('broken')
    ;(await broken.nextLease()).fault(crash)
    await net.until(render, 'queued')
    broken.leave()
    await net.clock.advance(60_000)
    expect((await net.jobOf(render)).state).toBe('queued')
    const lease = await net.join('other').nextLease()
    expect(lease.spec.job).toBe((await net.jobOf(render)).id)
  })
})
