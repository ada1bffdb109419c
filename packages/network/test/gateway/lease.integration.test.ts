import type { JobProgress, JobSpec, LeaseEnd } from '@reverie/core'
import { buildJobSpec, buildPeerId } from '@reverie/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { createHarness, never } from '../harness.ts'

let harness = createHarness()
afterEach(async () => {
  await harness.stop()
  harness = createHarness()
})
const setUp = async () => {
  const coordinator = await harness.coordinator()
  const worker = await harness.joined(coordinator)
  return { coordinator, worker }
}
const quiet = () => {}

describe('a lease', () => {
  it('carries the spec to the worker, letter for letter, and the end back', async () => {
    const { coordinator, worker } = await setUp()
    const spec = buildJobSpec({ prompt: 'a 語 😀' })
    const given = Promise.withResolvers<JobSpec>()
    worker.link.onJob(async (job) => {
      given.resolve(job)
      return { type: 'finished' }
    })
    const end = await coordinator.gateway.lease(worker.peer, spec, {
      signal: never(),
      onProgress: quiet,
    })
    expect(await given.promise).toEqual(spec)
    expect(end).toEqual({ type: 'finished' })
  })

  it('reports every step when the worker takes its time', async () => {
    const { coordinator, worker } = await setUp()
    const seen: JobProgress[] = []
    let arrived = Promise.withResolvers<void>()
    worker.link.onJob(async (_spec, { onProgress }) => {
      for (let step = 0; step <= 5; step += 1) {
        arrived = Promise.withResolvers()
        onProgress({ step, of: 5, etaMs: undefined })
        await arrived.promise
      }
      return { type: 'finished' }
    })
    await coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: never(),
      onProgress(each) {
        seen.push(each)
        arrived.resolve()
      },
    })
    expect(seen.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5])
    expect(seen.every(({ of, etaMs }) => of === 5 && etaMs === undefined)).toBe(true)
  })

  it('brings a fault back with its code, sentence and facts', async () => {
    const { coordinator, worker } = await setUp()
    const error = { code: 'out_of_memory', message: 'no room', facts: { bytes: 3 } } as const
    worker.link.onJob(async () => ({ type: 'fault', error }))
    const end = await coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: never(),
      onProgress: quiet,
    })
    expect(end).toEqual({ type: 'fault', error })
  })

  it('is a fault when the worker takes no jobs', async () => {
    const { coordinator, worker } = await setUp()
    const end = await coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: never(),
      onProgress: quiet,
    })
    expect(end).toMatchObject({ type: 'fault', error: { code: 'worker_refused' } })
  })

  it('is a fault when the handler throws against its contract', async () => {
    const { coordinator, worker } = await setUp()
    worker.link.onJob(async () => {
      throw new Error('boom')
    })
    const end = await coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: never(),
      onProgress: quiet,
    })
    expect(end).toMatchObject({ type: 'fault', error: { code: 'engine_failed', message: 'boom' } })
  })

  it('stops the worker when it is aborted, and ends as cancelled', async () => {
    const { coordinator, worker } = await setUp()
    const started = Promise.withResolvers<void>()
    worker.link.onJob(
      (_spec, { signal }) =>
        new Promise<LeaseEnd>((resolve) => {
          signal.addEventListener('abort', () => resolve({ type: 'cancelled' }))
          started.resolve()
        }),
    )
    const controller = new AbortController()
    const lease = coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: controller.signal,
      onProgress: quiet,
    })
    await started.promise
    controller.abort()
    expect(await lease).toEqual({ type: 'cancelled' })
  })

  it('ends as finished when the result was ready before the cancel arrived', async () => {
    const { coordinator, worker } = await setUp()
    const started = Promise.withResolvers<void>()
    worker.link.onJob(
      (_spec, { signal }) =>
        new Promise<LeaseEnd>((resolve) => {
          signal.addEventListener('abort', () => resolve({ type: 'finished' }))
          started.resolve()
        }),
    )
    const controller = new AbortController()
    const lease = coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: controller.signal,
      onProgress: quiet,
    })
    await started.promise
    controller.abort()
    expect(await lease).toEqual({ type: 'finished' })
  })

  it('is never offered when its signal fired before', async () => {
    const { coordinator, worker } = await setUp()
    let offers = 0
    worker.link.onJob(async () => {
      offers += 1
      return { type: 'finished' }
    })
    const end = await coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: AbortSignal.abort(),
      onProgress: quiet,
    })
    expect(end).toEqual({ type: 'cancelled' })
    expect(offers).toBe(0)
  })

  it('is lost for a worker that is not connected', async () => {
    const { coordinator } = await setUp()
    const end = await coordinator.gateway.lease(buildPeerId(1), buildJobSpec(), {
      signal: never(),
      onProgress: quiet,
    })
    expect(end).toEqual({ type: 'lost' })
  })

  it('is lost at once when the connection of the worker dies', async () => {
    const { coordinator, worker } = await setUp()
    const started = Promise.withResolvers<void>()
    worker.link.onJob(() => {
      started.resolve()
      return new Promise(() => {})
    })
    const lease = coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: never(),
      onProgress: quiet,
    })
    await started.promise
    const killedAt = performance.now()
    for (const connection of worker.node.libp2p.getConnections()) {
      connection.abort(new Error('the process died'))
    }
    expect(await lease).toEqual({ type: 'lost' })
    // Well under the 500 ms of silence that would end it otherwise.
    expect(performance.now() - killedAt).toBeLessThan(300)
  })

  it('is lost, not a fault, when the worker leaves in good order in the middle of it', async () => {
    const { coordinator, worker } = await setUp()
    const started = Promise.withResolvers<void>()
    worker.link.onJob(() => {
      started.resolve()
      return new Promise(() => {})
    })
    const lease = coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: never(),
      onProgress: quiet,
    })
    await started.promise
    await worker.link.close()
    expect(await lease).toEqual({ type: 'lost' })
  })

  it('runs many at once on one connection, each with its own end', async () => {
    const { coordinator, worker } = await setUp()
    worker.link.onJob(async (spec) =>
      spec.steps % 2 === 0
        ? { type: 'finished' }
        : { type: 'fault', error: { code: 'engine_failed', message: 'odd', facts: {} } },
    )
    const ends = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        coordinator.gateway.lease(worker.peer, buildJobSpec({ steps: index + 1 }), {
          signal: never(),
          onProgress: quiet,
        }),
      ),
    )
    expect(ends.map(({ type }) => type)).toEqual(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 1 ? 'finished' : 'fault')),
    )
  })
})
