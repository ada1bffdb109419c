import { buildJobSpec, createRecordingLogger } from '@reverie/testkit'
import { afterEach, beforeEach, expect } from 'vitest'
import type { GatewayOptions } from '../../src/index.ts'
import { createHarness, never, QUICK, submissionOf } from '../harness.ts'
import { connectRaw } from '../raw-peer.ts'

/** Registers the hooks of a file of hostile peers: nothing that they do may end as an unhandled rejection. */
export function useHostileSetup() {
  let harness = createHarness()
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown) => unhandled.push(error)

  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', onUnhandled)
  })
  afterEach(async () => {
    await harness.stop()
    harness = createHarness()
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled).toEqual([])
  })

  /** A coordinator with an honest worker, and a peer that is about to misbehave. */
  return async function setUp(options: Partial<GatewayOptions> = {}) {
    const logger = createRecordingLogger()
    const coordinator = await harness.coordinator({
      logger,
      options: { ...QUICK, helloMs: 300, acceptMs: 300, ...options },
    })
    coordinator.gateway.onResult(async () => ({ type: 'accepted', receipt: Uint8Array.of(1) }))
    const honest = await harness.joined(coordinator)
    honest.link.onJob(async () => ({ type: 'finished' }))
    const node = await harness.stranger()
    const peer = await connectRaw(node, coordinator.address)
    /** Codes of what was refused, in order, as the log has them. */
    const reasons = () =>
      logger.lines
        .filter((line) => line.message === 'refused what a peer sent')
        .map((line) => line.fields.code)
    /** The honest worker has noticed nothing. */
    async function expectServiceUp() {
      const end = await coordinator.gateway.lease(honest.peer, buildJobSpec(), {
        signal: never(),
        onProgress: () => {},
      })
      expect(end).toEqual({ type: 'finished' })
      expect(await honest.link.deliver(submissionOf())).toMatchObject({ type: 'accepted' })
      expect(honest.link.state()).toBe('connected')
    }
    return { coordinator, honest, node, peer, reasons, expectServiceUp }
  }
}
