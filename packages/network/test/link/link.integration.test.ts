import type { JobProgress, JobSpec, LeaseEnd } from '@reverie/core'
import { buildJobSpec, buildWorkerProfile } from '@reverie/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Coordinator, createHarness, never, submissionOf, type Worker } from '../harness.ts'

let harness = createHarness()
afterEach(async () => {
  await harness.stop()
  harness = createHarness()
})
const quiet = () => {}

/** The coordinator's process goes away and comes back with the same key on the same port. */
async function restart(coordinator: Coordinator): Promise<Coordinator> {
  const { identity, address } = coordinator
  const [listen = ''] = address.split('/p2p/')
  await coordinator.node.stop()
  return harness.coordinator({ identity, listen })
}

/** A job that ends when the test says so, and whether its signal fired meanwhile. */
function holdJobs(worker: Worker) {
  const started = Promise.withResolvers<JobSpec>()
  const end = Promise.withResolvers<LeaseEnd>()
  const seen = { runs: 0, aborted: false }
  worker.link.onJob((spec, { signal, onProgress }) => {
    seen.runs += 1
    onProgress({ step: 1, of: 4, etaMs: undefined })
    signal.addEventListener('abort', () => {
      seen.aborted = true
    })
    started.resolve(spec)
    return end.promise
  })
  return { started: started.promise, end: end.resolve, seen }
}

describe('the link to a coordinator', () => {
  it('waits for a profile before it connects', async () => {
    const coordinator = await harness.coordinator()
    const worker = await harness.worker(coordinator.address)
    worker.link.start()
    expect(worker.link.state()).toBe('connecting')
    worker.link.announce(buildWorkerProfile({ slots: 3 }))
    await worker.reach('connected')
    expect(coordinator.gateway.workers()[0]?.profile.slots).toBe(3)
  })

  it('finds a coordinator by address alone and learns who it is', async () => {
    const coordinator = await harness.coordinator()
    const [address = ''] = coordinator.address.split('/p2p/')
    const worker = await harness.worker(address)
    expect(worker.link.coordinator).toBeUndefined()
    worker.link.announce(buildWorkerProfile())
    worker.link.start()
    await worker.reach('connected')
    expect(worker.link.coordinator).toBe(coordinator.identity.peer)
  })

  it('does not connect to another peer than the address names', async () => {
    const coordinator = await harness.coordinator()
    const other = await harness.coordinator()
    const [address = ''] = coordinator.address.split('/p2p/')
    const worker = await harness.worker(`${address}/p2p/${other.identity.peer}`)
    const states: string[] = []
    worker.link.onState((state) => states.push(state))
    worker.link.announce(buildWorkerProfile())
    worker.link.start()
    const dialled = vi.spyOn(worker.node.libp2p, 'dial')
    await vi.waitFor(() => expect(dialled.mock.calls.length).toBeGreaterThan(1))
    expect(states).toEqual([])
    expect(coordinator.gateway.workers()).toEqual([])
  })

  it('comes back after the coordinator was restarted, with its profile', async () => {
    const first = await harness.coordinator()
    const worker = await harness.joined(first)
    worker.link.announce(buildWorkerProfile({ slots: 5 }))
    const second = await restart(first)
    await vi.waitFor(() => expect(second.gateway.workers()).toHaveLength(1), { timeout: 5_000 })
    expect(second.gateway.workers()[0]?.profile.slots).toBe(5)
    expect(worker.link.state()).toBe('connected')
  })

  it('keeps a job going while the coordinator is away and delivers its late result', async () => {
    const first = await harness.coordinator()
    const worker = await harness.joined(first)
    const job = holdJobs(worker)
    const spec = buildJobSpec()
    const lease = first.gateway.lease(worker.peer, spec, { signal: never(), onProgress: quiet })
    await job.started
    const second = await restart(first)
    expect(await lease).toEqual({ type: 'lost' })
    const taken = Promise.withResolvers<JobSpec>()
    second.gateway.onResult(async (_peer, submission) => {
      taken.resolve(submission.spec)
      return { type: 'accepted', receipt: Uint8Array.of(9) }
    })
    await worker.reach('connected')
    job.end({ type: 'finished' })
    await vi.waitFor(() => worker.link.deliver(submissionOf(spec)), { timeout: 5_000 })
    expect(await taken.promise).toEqual(spec)
    expect(job.seen).toEqual({ runs: 1, aborted: false })
  })

  it('joins an offer of a job that is under way instead of rendering it twice', async () => {
    const first = await harness.coordinator()
    const worker = await harness.joined(first)
    const job = holdJobs(worker)
    const spec = buildJobSpec()
    const lost = first.gateway.lease(worker.peer, spec, { signal: never(), onProgress: quiet })
    await job.started
    const second = await restart(first)
    await lost
    await vi.waitFor(() => expect(second.gateway.workers()).toHaveLength(1), { timeout: 5_000 })
    const told = Promise.withResolvers<JobProgress>()
    const again = second.gateway.lease(worker.peer, spec, {
      signal: never(),
      onProgress: told.resolve,
    })
    expect(await told.promise).toMatchObject({ step: 1, of: 4 })
    job.end({ type: 'finished' })
    expect(await again).toEqual({ type: 'finished' })
    expect(job.seen).toEqual({ runs: 1, aborted: false })
  })

  it('obeys a cancel on the stream that took over a job', async () => {
    const first = await harness.coordinator()
    const worker = await harness.joined(first)
    const job = holdJobs(worker)
    const spec = buildJobSpec()
    const lost = first.gateway.lease(worker.peer, spec, { signal: never(), onProgress: quiet })
    await job.started
    const second = await restart(first)
    await lost
    await vi.waitFor(() => expect(second.gateway.workers()).toHaveLength(1), { timeout: 5_000 })
    const controller = new AbortController()
    const again = second.gateway.lease(worker.peer, spec, {
      signal: controller.signal,
      onProgress: quiet,
    })
    controller.abort()
    await vi.waitFor(() => expect(job.seen.aborted).toBe(true))
    job.end({ type: 'cancelled' })
    expect(await again).toEqual({ type: 'cancelled' })
  })

  it('closes without a trace: no state after closed, no worker left behind', async () => {
    const coordinator = await harness.coordinator()
    const worker = await harness.joined(coordinator)
    const states: string[] = []
    worker.link.onState((state) => states.push(state))
    await worker.link.close()
    expect(states).toEqual(['closed'])
    await vi.waitFor(() => expect(coordinator.gateway.workers()).toEqual([]))
    expect(worker.node.libp2p.getProtocols()).not.toContain('/reverie/job/1.0.0')
  })

  it('can be closed while it tries in vain', async () => {
    const coordinator = await harness.coordinator()
    await coordinator.stop()
    const worker = await harness.worker(coordinator.address)
    worker.link.announce(buildWorkerProfile())
    worker.link.start()
    await worker.link.close()
    expect(worker.link.state()).toBe('closed')
  })

  it('refuses an address that is none', async () => {
    await expect(harness.worker('coordinator.example:4650')).rejects.toMatchObject({
      code: 'invalid_option',
    })
  })
})
