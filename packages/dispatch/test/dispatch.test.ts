import { ReverieError } from '@reverie/core'
import { describe, expect, it, vi } from 'vitest'
import { createDispatch } from '../src/index.ts'
import { startDispatch, submissionFor } from './harness.ts'

const crash = { code: 'engine_failed', message: 'the process crashed', facts: {} } as const

describe('a job', () => {
  it('goes to a worker that joins later, and its result completes it', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const events = net.watch(render)
    const worker = net.join('ada-pc')

    const lease = await worker.nextLease()
    lease.progress({ step: 3, of: 20, etaMs: 900 })
    lease.finish()
    const answer = await worker.submit(submissionFor(lease.spec))

    expect(answer.type).toBe('accepted')
    const job = await net.jobOf(render)
    expect(job).toMatchObject({ state: 'completed', attempt: 1, worker: { name: 'ada-pc' } })
    expect(job.image && (await net.blobs.get(job.image.hash))).toBeDefined()
    expect(await net.queue.entries()).toEqual([])
    expect(events.map((event) => event.type)).toEqual(['assigned', 'progress', 'image', 'done'])
  })

  it('is offered again at once when its worker is lost, and not counted as a fault', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const first = net.join('first')
    await first.nextLease()
    first.leave()
    const second = net.join('second')
    const lease = await second.nextLease()

    expect(lease.spec.job).toBe((await net.jobOf(render)).id)
    expect((await net.jobOf(render)).excluded).toEqual([])
    expect((await net.jobOf(render)).attempt).toBe(2)
  })

  it('is taken back from a silent worker', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const worker = net.join('hung', { slots: 1 })
    const lease = await worker.nextLease()
    lease.silent()
    worker.update({ draining: true })
    await net.clock.advance(5_000)
    await net.until(render, 'queued')
  })

  it('goes elsewhere after a fault, and never back to the same worker', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const broken = net.join('broken')
    const lease = await broken.nextLease()
    lease.fault(crash)
    const other = net.join('other')
    const again = await other.nextLease()

    expect(again.spec).toEqual(lease.spec)
    expect(broken.leases).toHaveLength(1)
    expect((await net.jobOf(render)).excluded).toEqual([broken.peer])
  })

  it('does not hold up its lane while it waits for a worker that has not failed it', async () => {
    const net = await startDispatch()
    await net.submit()
    const only = net.join('only')
    const first = await only.nextLease()
    first.fault(crash)
    const second = await net.submit()
    const lease = await only.nextLease()
    expect(lease.spec.job).toBe((await net.jobOf(second)).id)
  })

  it('fails with the reason once enough workers have failed it', async () => {
    const net = await startDispatch({ maxFaults: 2 })
    const render = await net.submit()
    const events = net.watch(render)
    for (const name of ['one', 'two']) {
      const lease = await net.join(name).nextLease()
      lease.fault(crash)
    }
    const job = await net.until(render, 'failed')
    expect(job.failure?.code).toBe('attempts_exhausted')
    expect(job.failure?.message).toContain('the process crashed')
    expect(events.map((event) => event.type).slice(-2)).toEqual(['failed', 'done'])
    expect(await net.queue.entries()).toEqual([])
  })

  it('fails when its only worker failed it and no other joins in time', async () => {
    const net = await startDispatch({ excludedGraceMs: 10_000 })
    const render = await net.submit()
    const lease = await net.join('only').nextLease()
    lease.fault(crash)
    await net.until(render, 'queued')
    await net.clock.advance(5_000)
    expect((await net.jobOf(render)).state).toBe('queued')
    await net.clock.advance(10_000)
    const job = await net.until(render, 'failed')
    expect(job.failure?.message).toMatch(
      /no other joined in time; the last said: the process crashed/,
    )
  })

  it('counts a worker that keeps leaving with it as a fault', async () => {
    const net = await startDispatch({ maxLosses: 2 })
    const render = await net.submit()
    const { peer } = net.join('flaky')
    const cid = net.cid
    for (let i = 0; i < 2; i += 1) {
      const worker = net.gateway.join({ peer, profile: { name: 'flaky', models: [cid] } })
      await worker.nextLease()
      worker.leave()
    }
    await vi.waitFor(async () => expect((await net.jobOf(render)).excluded).toEqual([peer]))
  })

  it('keeps its siblings going when it fails', async () => {
    const net = await startDispatch({ maxFaults: 1 })
    const render = await net.submit({ n: 2 })
    const worker = net.join('one-slot')
    ;(await worker.nextLease()).fault(crash)
    const lease = await worker.nextLease()
    lease.finish()
    await worker.submit(submissionFor(lease.spec))
    const states = (await net.records.render(render.id))?.jobs.map((job) => job.state)
    expect(states?.toSorted()).toEqual(['completed', 'failed'])
  })
})

describe('a result', () => {
  it('is accepted late, and the worker that holds the job now is told to stop', async () => {
    const net = await startDispatch()
    await net.submit()
    const slow = net.join('slow')
    const first = await slow.nextLease()
    slow.leave()
    const second = await net.join('second').nextLease()

    expect((await slow.submit(submissionFor(first.spec))).type).toBe('accepted')
    expect(second.signal.aborted).toBe(true)
    expect(await second.ended).toEqual({ type: 'cancelled' })
  })

  it('completes a job once: the second worker is refused, the first is answered the same again', async () => {
    const net = await startDispatch()
    await net.submit()
    const [a, b] = [net.join('a'), net.join('b')]
    const lease = await Promise.race([a.nextLease(), b.nextLease()])
    const [owner, other] = a.leases.includes(lease) ? [a, b] : [b, a]
    const answers = await Promise.all([
      owner.submit(submissionFor(lease.spec)),
      owner.submit(submissionFor(lease.spec)),
    ])
    expect(answers.map((answer) => answer.type)).toEqual(['accepted', 'accepted'])
    expect(await other.submit(submissionFor(lease.spec))).toMatchObject({
      type: 'refused',
      error: { code: 'result_job_closed' },
    })
  })

  it('that fails inspection costs its worker the job, which goes elsewhere', async () => {
    const net = await startDispatch()
    await net.submit()
    const liar = net.join('liar')
    const lease = await liar.nextLease()
    lease.finish()
    expect(await liar.submit(submissionFor(lease.spec, 'garbage'))).toMatchObject({
      type: 'refused',
      error: { code: 'result_image_invalid' },
    })
    const again = await net.join('honest').nextLease()
    expect(again.spec.job).toBe(lease.spec.job)
    expect(liar.leases).toHaveLength(1)
  })

  it('for a job nobody gave out is refused', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const worker = net.join('w')
    const { spec } = await worker.nextLease()
    const unknown = { ...spec, job: render.id as unknown as typeof spec.job }
    expect(await worker.submit(submissionFor(unknown))).toMatchObject({
      error: { code: 'result_unknown_job' },
    })
  })

  it('that cannot be stored now is left with the worker', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const worker = net.join('w')
    const lease = await worker.nextLease()
    const full = new ReverieError('storage_unavailable', 'disk full')
    const put = vi.spyOn(net.blobs, 'put').mockRejectedValueOnce(full)
    await expect(worker.submit(submissionFor(lease.spec))).rejects.toThrow('disk full')
    put.mockRestore()
    expect((await worker.submit(submissionFor(lease.spec))).type).toBe('accepted')
    expect((await net.jobOf(render)).state).toBe('completed')
  })

  it('that is announced but never delivered is rendered again', async () => {
    const net = await startDispatch({ deliveryGraceMs: 1_000 })
    const render = await net.submit()
    const worker = net.join('w')
    ;(await worker.nextLease()).finish()
    await vi.waitFor(() => expect(net.clock.pending()).toBeGreaterThan(2))
    await net.clock.advance(1_000)
    const again = await worker.nextLease()
    expect(again.spec.job).toBe((await net.jobOf(render)).id)
  })
})

describe('cancelling', () => {
  it('stops the worker, empties the queue and refuses the late result', async () => {
    const net = await startDispatch()
    const render = await net.submit({ n: 3 })
    const worker = net.join('w')
    const lease = await worker.nextLease()
    const cancelled = await net.dispatch.renders.cancel(net.account, render.id)

    expect(cancelled.jobs.map((job) => job.state)).toEqual(Array(3).fill('cancelled'))
    expect(lease.signal.aborted).toBe(true)
    expect(await net.queue.entries()).toEqual([])
    expect(await worker.submit(submissionFor(lease.spec))).toMatchObject({
      error: { code: 'result_job_closed' },
    })
  })

  it('leaves what is finished and changes nothing the second time', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const worker = net.join('w')
    const lease = await worker.nextLease()
    await worker.submit(submissionFor(lease.spec))
    const after = await net.dispatch.renders.cancel(net.account, render.id)
    expect(after.jobs[0]?.state).toBe('completed')
  })
})

describe('a restarted coordinator', () => {
  it('hands out again what the one before had leased or lost from its queue', async () => {
    const before = await startDispatch()
    const render = await before.submit({ n: 2 })
    await before.join('w').nextLease()
    await before.dispatch.stop()
    // The queue is disposable: the new one starts empty.
    const after = await startDispatch()
    const modules = { ...after, records: before.records }
    await after.dispatch.stop()
    const dispatch = createDispatch(modules)
    await dispatch.start()
    const worker = after.gateway.join({ profile: { name: 'new', models: [after.cid], slots: 2 } })
    const specs = [await worker.nextLease(), await worker.nextLease()].map(({ spec }) => spec.job)
    expect(specs.toSorted()).toEqual(render.jobs.map((job) => job.id).toSorted())
  })

  it('drops queue entries whose jobs are over', async () => {
    const net = await startDispatch({ reconcileEveryMs: 1_000 })
    const render = await net.submit()
    await net.records.cancel(render.id, 0)
    await net.clock.advance(1_000)
    expect(await net.queue.entries()).toEqual([])
  })
})

describe('a render', () => {
  it('is not accepted while the coordinator shuts down', async () => {
    const net = await startDispatch()
    await net.dispatch.stop()
    await expect(net.submit()).rejects.toMatchObject({ code: 'shutting_down' })
  })

  it('stays accepted when the queue cannot take it: the reconciler adds it', async () => {
    const net = await startDispatch({ reconcileEveryMs: 1_000 })
    vi.spyOn(net.queue, 'add').mockRejectedValueOnce(new Error('queue down'))
    const render = await net.submit()
    expect(await net.queue.entries()).toEqual([])
    await net.clock.advance(1_000)
    expect(await net.queue.entries()).toEqual([render.jobs[0]?.id])
  })

  it('tells its watchers when its place or reason changes', async () => {
    const net = await startDispatch()
    const render = await net.submit()
    const events = net.watch(render)
    await net.clock.advance(1_000)
    await vi.waitFor(() =>
      expect(events).toMatchObject([
        { type: 'queued', position: 0, reason: { code: 'no_worker' } },
      ]),
    )
    await net.clock.advance(3_000)
    expect(events).toHaveLength(1)
  })
})
