import { generateKeyPairSync, sign } from 'node:crypto'
import type { InstalledModel, WorkerState } from '@reverie/core'
import {
  buildJobSpec,
  buildManifestCid,
  buildModelManifest,
  buildPeerId,
  createFakeClock,
  createFakeEngine,
  createFakeLink,
  createRecordingLogger,
} from '@reverie/testkit'
import { describe, expect, it, vi } from 'vitest'
import { createDelivery } from '../src/delivery.ts'
import { createJobRunner } from '../src/job-runner.ts'
import { createWorker } from '../src/worker.ts'
import { createMemoryOutbox } from './memory-outbox.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const signer = {
  peer: buildPeerId(7),
  sign: async (bytes: Uint8Array) => sign(null, bytes, privateKey),
}
const model: InstalledModel = {
  cid: buildManifestCid(),
  manifest: buildModelManifest(),
  folder: '/nowhere',
}
const spec = (changes = {}) => buildJobSpec({ model: model.cid, ...changes })

/** A whole worker on fakes of its ports. */
function build() {
  const clock = createFakeClock()
  const link = createFakeLink()
  const outbox = createMemoryOutbox()
  const logger = createRecordingLogger()
  const engine = createFakeEngine({ clock }, { stepMs: 10 })
  const delivery = createDelivery({ link, outbox, clock, logger })
  const runner = createJobRunner(
    { engine, models: new Map([[model.cid, model]]), link, outbox, signer, clock, logger },
    { name: 'ada-pc', onResult: delivery.kick },
  )
  const worker = createWorker(
    { engine, models: [model], link, runner, delivery, clock, logger },
    {
      profile: {
        name: 'ada-pc',
        software: 'reverie-worker/test',
        device: { kind: 'cpu', name: 'test', memory: 1 },
        slots: 1,
        maxPixels: 65_536,
      },
      graceMs: 60_000,
    },
  )
  const states: WorkerState[] = []
  worker.onState((state) => states.push(state))
  return { clock, link, outbox, logger, engine, worker, states, runner }
}

async function started() {
  const parts = build()
  await parts.worker.start()
  parts.link.connect()
  return parts
}

/** Lets a render of the fake engine run to its end. */
const finish = (clock: { advance(ms: number): Promise<void> }) => clock.advance(10_000)

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
