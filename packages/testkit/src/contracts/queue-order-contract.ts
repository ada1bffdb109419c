import type { JobId, JobQueue, QueueEntry } from '@reverie/core'
import { newJobId } from '@reverie/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMemoryQueue } from '../fakes/memory-queue.ts'
import type { JobQueueHarness } from './harness.ts'

const LANES = ['small', 'large'] as const

const entryOf = (changes: Partial<QueueEntry> = {}): QueueEntry => ({
  job: newJobId(),
  lane: 'small',
  priority: 0,
  ...changes,
})

const claimAll = async (queue: JobQueue, lane: string): Promise<JobId[]> => {
  const jobs: JobId[] = []
  for (let claim = await queue.claim(lane); claim; claim = await queue.claim(lane)) {
    jobs.push(claim.job)
  }
  return jobs
}

const step = fc.record({
  what: fc.constantFrom('add', 'claim', 'release', 'remove'),
  entry: fc.nat(5),
  lane: fc.constantFrom(...LANES),
  priority: fc.nat(2),
})

/** What every {@link JobQueue} guarantees about order and membership. */
export function describeQueueOrderContract(
  name: string,
  setup: () => Promise<JobQueueHarness>,
): void {
  describe(`${name} as an order of jobs`, () => {
    let harness: JobQueueHarness
    let queue: JobQueue

    beforeEach(async () => {
      harness = await setup()
      queue = await harness.open()
    })
    afterEach(() => harness.close())

    it('hands out the lowest priority number first, equals in order of arrival', async () => {
      const [c, a, d, b] = [2, 0, 2, 1].map((priority) => entryOf({ priority })) as [
        QueueEntry,
        QueueEntry,
        QueueEntry,
        QueueEntry,
      ]
      await queue.add([c, a])
      await queue.add([d])
      await queue.add([b])
      expect(await claimAll(queue, 'small')).toEqual([a, b, c, d].map((entry) => entry.job))
    })

    it('keeps the order of one call', async () => {
      const entries = Array.from({ length: 30 }, () => entryOf())
      await queue.add(entries)
      expect(await claimAll(queue, 'small')).toEqual(entries.map((entry) => entry.job))
    })

    it('keeps lanes apart', async () => {
      const [small, large] = [entryOf(), entryOf({ lane: 'large' })]
      await queue.add([small, large])
      expect(await queue.claim('large')).toEqual({ job: large.job, lane: 'large' })
      expect(await queue.claim('large')).toBeUndefined()
      expect(await queue.claim('small')).toEqual({ job: small.job, lane: 'small' })
      expect(await queue.claim('never used')).toBeUndefined()
    })

    it('has one entry per job, whatever is added again', async () => {
      const entry = entryOf({ priority: 1 })
      await queue.add([entry, entry])
      await queue.add([
        { ...entry, priority: 0 },
        { ...entry, lane: 'large' },
      ])
      expect(await queue.entries()).toEqual([entry.job])
      await queue.claim('small')
      await queue.add([entry])
      expect(await queue.claim('small')).toBeUndefined()
      expect(await queue.claim('large')).toBeUndefined()
    })

    it('puts a released entry at the front of its priority, not before a better one', async () => {
      const [first, second, better] = [entryOf(), entryOf(), entryOf({ priority: 0 })].map(
        (entry, i) => (i < 2 ? { ...entry, priority: 1 } : entry),
      ) as [QueueEntry, QueueEntry, QueueEntry]
      await queue.add([first, second])
      await queue.claim('small')
      await queue.add([better])
      await queue.release(first.job)
      expect(await claimAll(queue, 'small')).toEqual(
        [better, first, second].map((entry) => entry.job),
      )
    })

    it('removes entries, waiting or claimed, and takes them again', async () => {
      const [waiting, claimed] = [entryOf({ priority: 1 }), entryOf()]
      await queue.add([waiting, claimed])
      expect((await queue.claim('small'))?.job).toBe(claimed.job)
      await queue.remove(claimed.job)
      await queue.remove(waiting.job)
      await queue.remove(newJobId())
      expect(await queue.entries()).toEqual([])
      await queue.add([claimed])
      expect((await queue.claim('small'))?.job).toBe(claimed.job)
    })

    it('lists every entry and counts the waiting ones of lanes that have some', async () => {
      const entries = [entryOf(), entryOf(), entryOf(), entryOf({ lane: 'large' })]
      await queue.add(entries)
      await queue.claim('small')
      await queue.claim('large')
      expect((await queue.entries()).toSorted()).toEqual(
        entries.map((entry) => entry.job).toSorted(),
      )
      expect(await queue.waiting()).toEqual(new Map([['small', 2]]))
    })

    it('says how many go before an entry that waits', async () => {
      const [first, second, third] = [entryOf(), entryOf(), entryOf()] as [
        QueueEntry,
        QueueEntry,
        QueueEntry,
      ]
      await queue.add([first, second, third, entryOf({ lane: 'large' })])
      expect(await queue.positions([third.job])).toEqual(new Map([[third.job, 2]]))
      await queue.claim('small')
      await queue.add([entryOf({ priority: 1 })])
      expect(await queue.positions([first.job, third.job, second.job, newJobId()])).toEqual(
        new Map([
          [third.job, 1],
          [second.job, 0],
        ]),
      )
      expect(await queue.positions([])).toEqual(new Map())
    })

    it('does what the queue in memory does, through any sequence of calls', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
          const model = createMemoryQueue()
          const jobs = Array.from({ length: 6 }, () => newJobId())
          for (const { what, entry, lane, priority } of steps) {
            const job = jobs[entry] as JobId
            if (what === 'claim') expect(await queue.claim(lane)).toEqual(await model.claim(lane))
            for (const each of [queue, model]) {
              if (what === 'add') await each.add([{ job, lane, priority }])
              if (what === 'release') await each.release(job)
              if (what === 'remove') await each.remove(job)
            }
            expect(await queue.positions(jobs)).toEqual(await model.positions(jobs))
          }
          expect(await queue.waiting()).toEqual(await model.waiting())
          expect(new Set(await queue.entries())).toEqual(new Set(await model.entries()))
          for (const job of jobs) await queue.remove(job)
        }),
        { numRuns: 25 },
      )
    })
  })
}
