import type { WorkerRecords } from '@reverie/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildCompletion, buildWorkerName } from '../builders/completion.ts'
import { buildPeerId } from '../builders/ids.ts'
import { buildNewRender } from '../builders/new-render.ts'
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

    it('counts what a worker completed and where it was at fault, once each', async () => {
      const { renders } = harness
      const worker = buildWorkerName(1)
      await workers.seen(worker.peer, worker.name, NOW)
      const { render } = await renders.create(buildNewRender({ parameters: { n: 2 } }))
      const [first, second] = render.jobs.map((job) => job.id)
      if (!first || !second) throw new Error('two jobs were asked for')
      await renders.lease(first, worker, NOW)
      const fault = { code: 'engine_failed', message: 'crashed', worker: worker.peer } as const
      expect(await renders.release(first, 1, fault)).toBe(true)
      expect(await renders.release(first, 1, fault)).toBe(false)
      const completion = buildCompletion({ worker })
      await Promise.all([
        renders.complete(second, completion),
        renders.complete(second, completion),
      ])
      expect((await workers.list(1))[0]).toMatchObject({ completed: 1, faults: 1 })
    })

    it('counts nothing for a worker it has never seen', async () => {
      const { render } = await harness.renders.create(buildNewRender())
      const [job] = render.jobs
      if (job) await harness.renders.complete(job.id, buildCompletion())
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
