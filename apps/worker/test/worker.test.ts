import { buildManifestCid, buildPeerId } from '@reverie/testkit'
import { describe, expect, it, vi } from 'vitest'
import { build, finish, spec, started } from './worker-rig.ts'

describe('a worker', () => {
  it('renders a leased job, reports steps, and delivers the result signed', async () => {
    const { link, clock, outbox, states } = await started()
    const job = link.give(spec({ steps: 4 }))
    await finish(clock)
    expect(await job.end).toEqual({ type: 'finished' })
    await vi.waitFor(() => expect(outbox.list()).toEqual([]))
    expect(job.progress.map(({ step, of }) => `${step}/${of}`)).toEqual([
      '1/4',
      '2/4',
      '3/4',
      '4/4',
    ])
    expect(link.delivered).toHaveLength(1)
    expect(states).toEqual(['starting', 'connecting', 'ready', 'rendering', 'ready'])
  })

  it('stops between two steps when the artist cancels', async () => {
    const { link, clock, outbox } = await started()
    const job = link.give(spec())
    await clock.advance(15)
    job.cancel()
    await finish(clock)
    expect(await job.end).toEqual({ type: 'cancelled' })
    expect(outbox.list()).toEqual([])
  })

  it('goes on through a dropped link, and the same job leased again joins the run', async () => {
    const { link, clock, engine } = await started()
    const given = spec()
    const first = link.give(given)
    await clock.advance(15)
    link.drop()
    link.connect()
    const second = link.give(given)
    await finish(clock)
    expect([await first.end, await second.end]).toEqual([
      { type: 'finished' },
      { type: 'finished' },
    ])
    expect(engine.begun).toHaveLength(1)
  })

  it('does not render again what waits in its outbox', async () => {
    const { link, clock, engine, outbox } = await started()
    const given = spec()
    const first = link.give(given)
    await clock.advance(15)
    link.drop()
    await finish(clock)
    await first.end
    expect(outbox.list()).toEqual([given.job])
    link.connect()
    expect(await link.give(given).end).toEqual({ type: 'finished' })
    await vi.waitFor(() => expect(outbox.list()).toEqual([]))
    expect(engine.begun).toHaveLength(1)
  })

  it('renders a job anew when its result in the outbox is for another coordinator', async () => {
    const { link, clock, engine, outbox } = await started()
    const given = spec()
    const foreign = { image: new Uint8Array([1]), receipt: new Uint8Array([2]), spec: given }
    await outbox.put({ coordinator: buildPeerId(5), ...foreign })
    // Looked at once, and known to be for somebody else.
    const other = link.give(spec())
    await finish(clock)
    await other.end
    await vi.waitFor(() => expect(link.delivered).toHaveLength(1))
    const job = link.give(given)
    await finish(clock)
    expect(await job.end).toEqual({ type: 'finished' })
    expect(engine.begun).toHaveLength(2)
    await vi.waitFor(() => expect(outbox.list()).toEqual([]))
    expect(link.delivered).toHaveLength(2)
  })

  it('fails when its coordinator will not have it for good', async () => {
    const { link, worker } = await started()
    link.refuse()
    expect(worker.state()).toBe('failed')
  })

  it('says why it could not, and renders the next job', async () => {
    const { link, clock, engine } = await started()
    engine.failNext('out_of_memory', 2)
    const failing = link.give(spec())
    await finish(clock)
    expect(await failing.end).toMatchObject({ type: 'fault', error: { code: 'out_of_memory' } })
    const next = link.give(spec())
    await finish(clock)
    expect(await next.end).toEqual({ type: 'finished' })
  })

  it('refuses a model that it does not have', async () => {
    const { link } = await started()
    const job = link.give(spec({ model: buildManifestCid(99) }))
    expect(await job.end).toMatchObject({ type: 'fault', error: { code: 'worker_refused' } })
  })

  it('drains: hands new jobs back, finishes and delivers what it has, then stops', async () => {
    const { link, clock, worker, outbox } = await started()
    const running = link.give(spec())
    await clock.advance(15)
    const drained = worker.drain()
    expect(link.announced.at(-1)?.draining).toBe(true)
    expect(await link.give(spec()).end).toEqual({ type: 'cancelled' })
    await finish(clock)
    await drained
    expect(await running.end).toEqual({ type: 'finished' })
    expect(link.delivered).toHaveLength(1)
    expect(outbox.list()).toEqual([])
    expect(worker.state()).toBe('stopped')
    expect(worker.drain()).toBe(worker.drain())
  })

  it('does not wait for a coordinator that is gone: what it made stays in the outbox', async () => {
    const { link, clock, worker, outbox } = await started()
    const job = link.give(spec())
    await clock.advance(15)
    const drained = worker.drain()
    link.drop()
    await finish(clock)
    await job.end
    await clock.advance(10_000)
    await drained
    expect(worker.state()).toBe('stopped')
    expect(outbox.list()).toHaveLength(1)
  })

  it('gives up draining after its grace time', async () => {
    const { link, clock, worker, logger } = await started()
    link.answerWith(() => {
      throw new Error('not now')
    })
    const job = link.give(spec())
    await finish(clock)
    await job.end
    const drained = worker.drain()
    await clock.advance(60_000)
    await drained
    expect(logger.lines.map((line) => line.message)).toContain(
      'stopped before everything was finished',
    )
  })

  it('fails to start, with the reason, when its device cannot run the model', async () => {
    const { worker, engine } = build()
    await engine.close()
    await expect(worker.start()).rejects.toMatchObject({ code: 'engine_failed' })
    expect(worker.state()).toBe('failed')
  })
})
