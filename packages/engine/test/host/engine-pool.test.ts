import {
  buildJobSpec,
  buildManifestCid,
  buildModelManifest,
  createFakeClock,
  createFakeEngine,
  describeImageEngineContract,
  type FakeEngine,
} from '@reverie/testkit'
import { describe, expect, it } from 'vitest'
import type { DeviceEngine } from '../../src/host/device-engine.ts'
import { createEnginePool } from '../../src/host/engine-pool.ts'

const model = { cid: buildManifestCid(), manifest: buildModelManifest(), folder: '/models/pocket' }
const other = { ...model, cid: buildManifestCid(2) }
const STEP_MS = 10

const device = (engine: FakeEngine, proven?: number): DeviceEngine & FakeEngine => ({
  ...engine,
  proven: () => proven,
})

describeImageEngineContract('a pool of one device', async () => ({
  engine: createEnginePool([device(createFakeEngine())]),
  model,
}))

/** Two devices under one clock, and jobs on them. */
function pair() {
  const clock = createFakeClock()
  const engines = [1, 2].map(() => device(createFakeEngine({ clock }, { stepMs: STEP_MS })))
  const pool = createEnginePool(engines)
  const finished: string[] = []
  const job = (name: string, on = model, signal?: AbortSignal) => {
    const spec = buildJobSpec({ model: on.cid, steps: 2 })
    return pool
      .render(on, spec, signal === undefined ? {} : { signal })
      .then(() => void finished.push(name))
  }
  const begun = () => engines.map((engine) => engine.begun.length)
  return { clock, engines, pool, finished, job, begun }
}

describe('a pool of two devices', () => {
  it('renders two jobs at once and the third when a device is free', async () => {
    const { clock, pool, finished, job, begun } = pair()
    expect(pool.slots).toBe(2)
    const jobs = Promise.all(['a', 'b', 'c'].map((name) => job(name)))
    await clock.advance(STEP_MS)
    expect(begun()).toEqual([1, 1])
    await clock.advance(STEP_MS)
    expect(finished).toEqual(['a', 'b'])
    await clock.advance(2 * STEP_MS)
    await jobs
    expect(begun().toSorted()).toEqual([1, 2])
  })

  it('gives a job to the device that has its model warm', async () => {
    const { engines, job, begun, clock } = pair()
    await engines[1]?.load(other)
    const done = job('a', other)
    await clock.advance(2 * STEP_MS)
    await done
    expect(begun()).toEqual([0, 1])
  })

  it('drops a job that is aborted while it waits, and keeps the order of the others', async () => {
    const { clock, finished, job } = pair()
    const controller = new AbortController()
    const running = [job('a'), job('b')]
    const dropped = job('dropped', model, controller.signal)
    const waiting = job('c')
    controller.abort()
    await expect(dropped).rejects.toMatchObject({ code: 'cancelled' })
    await clock.advance(2 * STEP_MS)
    await clock.advance(2 * STEP_MS)
    await Promise.all([...running, waiting])
    expect(finished).toEqual(['a', 'b', 'c'])
  })

  it('goes on with both devices after a job has failed', async () => {
    const { clock, engines, finished, job } = pair()
    engines[0]?.failNext('engine_failed')
    const outcomes = Promise.allSettled([job('a'), job('b'), job('c')])
    await clock.advance(2 * STEP_MS)
    await clock.advance(2 * STEP_MS)
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect(finished.toSorted()).toEqual(['b', 'c'])
  })

  it('loads a model on every device, and is warm for what any has', async () => {
    const { engines, pool } = pair()
    await pool.load(model)
    await engines[1]?.load(other)
    expect(engines.map((engine) => engine.warm())).toEqual([[model.cid], [other.cid]])
    expect(pool.warm()).toEqual([model.cid, other.cid])
  })

  it('says only what passed on all of them', () => {
    const sized = (...sizes: (number | undefined)[]) =>
      createEnginePool(sizes.map((size) => device(createFakeEngine(), size))).proven(model.cid)
    expect(sized(100, 64)).toBe(64)
    expect(sized(100, undefined)).toBeUndefined()
  })
})
