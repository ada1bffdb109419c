import type { WorkerRecords } from '@reverie/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildPeerId } from '../builders/ids.ts'
import type { RecordsHarness } from './harness.ts'

const NOW = Date.UTC(2026, 0, 1)

/** What all {@link WorkerRecords} guarantee. */
export function describeWorkerRecordsContract(
  name: string,
  setup: () => Promise<RecordsHarness>,
): void {
  describe(`${name} as worker records`, () => {
    const peer = buildPeerId(1)
    let harness: RecordsHarness
    let workers: WorkerRecords

    beforeEach(async () => {
      harness = await setup()
      workers = harness.workers
    })
    afterEach(() => harness.close())

    it('remembers when a worker was seen first and last, and its latest name', async () => {
      await workers.seen(peer, 'attic', NOW)
      await workers.seen(peer, 'cellar', NOW + 5)
      expect(await workers.list(10)).toEqual([
        {
          peer,
          name: 'cellar',
          firstSeenAt: NOW,
          lastSeenAt: NOW + 5,
          completed: 0,
          faults: 0,
        },
      ])
    })

    it('does not move the last time back', async () => {
      await workers.seen(peer, 'attic', NOW)
      await workers.seen(peer, 'attic', NOW - 5)
      expect((await workers.list(10))[0]?.lastSeenAt).toBe(NOW)
    })

    it('counts what a worker completed and where it was at fault, also at once', async () => {
      await workers.seen(peer, 'attic', NOW)
      const counts = Array.from({ length: 10 }, (_, i) =>
        i < 7 ? workers.countCompleted(peer) : workers.countFault(peer),
      )
      await Promise.all(counts)
      expect((await workers.list(1))[0]).toMatchObject({ completed: 7, faults: 3 })
    })

    it('counts nothing for a worker it has never seen', async () => {
      await workers.countCompleted(peer)
      await workers.countFault(peer)
      expect(await workers.list(10)).toEqual([])
    })

    it('lists the most recently seen first, up to the limit', async () => {
      for (const number of [1, 2, 3]) {
        await workers.seen(buildPeerId(number), `worker ${number}`, NOW + number)
      }
      expect((await workers.list(2)).map((worker) => worker.name)).toEqual(['worker 3', 'worker 2'])
    })
  })
}
