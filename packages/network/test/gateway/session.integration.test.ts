import { buildJobSpec, buildWorkerProfile, createRecordingLogger } from '@reverie/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { generateIdentity } from '../../src/index.ts'
import { createHarness, never } from '../harness.ts'

let harness = createHarness()
afterEach(async () => {
  await harness.stop()
  harness = createHarness()
})

describe('a session', () => {
  it('makes the worker known with what it says it can do', async () => {
    const coordinator = await harness.coordinator()
    const worker = await harness.joined(coordinator)
    const [known] = coordinator.gateway.workers()
    expect(known).toMatchObject({ peer: worker.peer, profile: buildWorkerProfile() })
    expect(coordinator.changes).toEqual([{ type: 'joined', worker: known }])
    expect(worker.link.coordinator).toBe(coordinator.identity.peer)
  })

  it('tells a changed profile', async () => {
    const coordinator = await harness.coordinator()
    const worker = await harness.joined(coordinator)
    worker.link.announce(buildWorkerProfile({ draining: true }))
    await vi.waitFor(() => {
      expect(coordinator.gateway.workers()[0]?.profile.draining).toBe(true)
    })
    expect(coordinator.changes.map(({ type }) => type)).toEqual(['joined', 'updated'])
  })

  it('stays open while both sides are quiet but alive', async () => {
    const options = { heartbeatMs: 20, silenceMs: 200 }
    const coordinator = await harness.coordinator({ options })
    const worker = await harness.joined(coordinator)
    const states: string[] = []
    worker.link.onState((state) => states.push(state))
    // A lease that takes three times the silence allowed, without a word of progress.
    worker.link.onJob(async () => {
      await new Promise((resolve) => setTimeout(resolve, 600))
      return { type: 'finished' }
    })
    const end = await coordinator.gateway.lease(worker.peer, buildJobSpec(), {
      signal: never(),
      onProgress: () => {},
    })
    expect(end).toEqual({ type: 'finished' })
    expect(states).toEqual([])
  })

  it('ends at once when the worker leaves', async () => {
    const coordinator = await harness.coordinator()
    const worker = await harness.joined(coordinator)
    await worker.stop()
    await vi.waitFor(() => expect(coordinator.gateway.workers()).toEqual([]))
    expect(coordinator.changes.map(({ type }) => type)).toEqual(['joined', 'left'])
  })

  it('gives way to a newer one of the same identity, and the older worker is told', async () => {
    const coordinator = await harness.coordinator()
    const identity = await generateIdentity()
    const logger = createRecordingLogger()
    // It comes back so late that it cannot replace the newer one within this test.
    const slow = { minMs: 1e8, maxMs: 1e9 }
    const older = await harness.joined(coordinator, { identity, logger, refusedRetry: slow })
    const lost = coordinator.gateway.lease(older.peer, buildJobSpec(), {
      signal: never(),
      onProgress: () => {},
    })
    older.link.onJob(() => new Promise(() => {}))
    const newer = await harness.joined(coordinator, { identity })
    await older.reach('connecting')
    expect(await lost).toMatchObject({ type: expect.stringMatching(/lost|fault/) })
    expect(coordinator.gateway.workers()).toHaveLength(1)
    expect(newer.link.state()).toBe('connected')
    expect(coordinator.changes.map(({ type }) => type)).toEqual(['joined', 'left', 'joined'])
    expect(logger.lines).toContainEqual(
      expect.objectContaining({
        message: 'the coordinator ended the session',
        fields: { code: 'peer_refused' },
      }),
    )
  })

  it('is refused for good to a worker that the coordinator bans', async () => {
    const coordinator = await harness.coordinator({
      admit: async () => ({
        code: 'peer_refused',
        message: 'this worker is banned: it faked results',
        facts: { final: true },
      }),
    })
    const worker = await harness.worker(coordinator.address)
    worker.link.announce(buildWorkerProfile())
    worker.link.start()
    await worker.reach('refused')
    expect(coordinator.gateway.workers()).toEqual([])
    await expect(
      worker.link.deliver({
        spec: buildJobSpec(),
        image: Uint8Array.of(1),
        receipt: Uint8Array.of(1),
      }),
    ).rejects.toMatchObject({ code: 'coordinator_unreachable' })
  })

  it('is tried again where the refusal is not for good', async () => {
    let asked = 0
    const coordinator = await harness.coordinator({
      admit: async () => {
        asked += 1
        if (asked > 2) return undefined
        return { code: 'peer_refused', message: 'full, come back', facts: {} }
      },
    })
    await harness.joined(coordinator)
    expect(asked).toBe(3)
  })

  it('ends with its reason when the coordinator disconnects the worker', async () => {
    const coordinator = await harness.coordinator()
    const worker = await harness.joined(coordinator)
    const gone = worker.reach('refused')
    await coordinator.gateway.disconnect(worker.peer, {
      code: 'peer_refused',
      message: 'banned',
      facts: { final: true },
    })
    await gone
    expect(coordinator.gateway.workers()).toEqual([])
  })

  it('survives a listener that throws', async () => {
    const coordinator = await harness.coordinator()
    coordinator.gateway.onChange(() => {
      throw new Error('a bug of the listener')
    })
    const worker = await harness.joined(coordinator)
    expect(worker.link.state()).toBe('connected')
  })

  it('stops telling a listener that unsubscribed', async () => {
    const coordinator = await harness.coordinator()
    const seen: string[] = []
    coordinator.gateway.onChange(({ type }) => seen.push(type))()
    await harness.joined(coordinator)
    expect(seen).toEqual([])
  })
})
