import type { JobQueue, Lane, QueueEntry } from '@reverie/core'
import { newJobId } from '@reverie/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type JobQueueHarness, SOON } from './harness.ts'

const entryOf = (changes: Partial<QueueEntry> = {}): QueueEntry => ({
  job: newJobId(),
  lane: 'small',
  priority: 0,
  ...changes,
})

/** What every {@link JobQueue} guarantees to processes that share it. */
export function describeQueueClaimContract(
  name: string,
  setup: () => Promise<JobQueueHarness>,
): void {
  describe(`${name} shared by processes`, () => {
    let harness: JobQueueHarness
    let ours: JobQueue
    let theirs: JobQueue

    const heardBy = (queue: JobQueue): { lanes: Lane[]; stop: () => void } => {
      const lanes: Lane[] = []
      return { lanes, stop: queue.onWaiting((lane) => lanes.push(lane)) }
    }

    beforeEach(async () => {
      harness = await setup()
      ours = await harness.open()
      theirs = await harness.open()
    })
    afterEach(() => harness.close())

    it('hands an entry to one of two claims that race', async () => {
      const entry = entryOf()
      await ours.add([entry])
      const claims = await Promise.all([ours.claim('small'), theirs.claim('small')])
      expect(claims.filter((claim) => claim !== undefined)).toEqual([
        { job: entry.job, lane: 'small' },
      ])
    })

    it('hands each of many entries out once', async () => {
      const entries = Array.from({ length: 12 }, () => entryOf())
      await theirs.add(entries)
      const claims = await Promise.all(
        Array.from({ length: 16 }, (_, i) => (i % 2 ? ours : theirs).claim('small')),
      )
      const jobs = claims.flatMap((claim) => (claim ? [claim.job] : []))
      expect(jobs.toSorted()).toEqual(entries.map((entry) => entry.job).toSorted())
    })

    it('releases only what this process holds', async () => {
      const entry = entryOf()
      await ours.add([entry])
      await ours.claim('small')
      await theirs.release(entry.job)
      await theirs.release(newJobId())
      expect(await theirs.claim('small')).toBeUndefined()
      await ours.release(entry.job)
      await ours.release(entry.job)
      expect(await theirs.claim('small')).toEqual({ job: entry.job, lane: 'small' })
    })

    it('removes an entry that another process holds', async () => {
      const entry = entryOf()
      await ours.add([entry])
      await ours.claim('small')
      await theirs.remove(entry.job)
      expect(await ours.entries()).toEqual([])
      await ours.release(entry.job)
      await ours.remove(entry.job)
      expect(await ours.entries()).toEqual([])
    })

    it('removes an entry that is claimed at the same moment', async () => {
      const entries = Array.from({ length: 6 }, () => entryOf())
      await ours.add(entries)
      await Promise.all(entries.flatMap((entry) => [theirs.claim('small'), ours.remove(entry.job)]))
      expect(await ours.entries()).toEqual([])
    })

    it('tells every process when entries start to wait, by add and by release', async () => {
      const [here, there] = [heardBy(ours), heardBy(theirs)]
      const entry = entryOf({ lane: 'large' })
      await ours.add([entry])
      await vi.waitFor(() => expect(here.lanes).toEqual(['large']), SOON)
      await vi.waitFor(() => expect(there.lanes).toEqual(['large']), SOON)
      await theirs.claim('large')
      await theirs.release(entry.job)
      await vi.waitFor(() => expect(here.lanes).toEqual(['large', 'large']), SOON)
    })

    it('tells a listener nothing after it has left', async () => {
      const [gone, stays] = [heardBy(ours), heardBy(ours)]
      gone.stop()
      await ours.add([entryOf()])
      await vi.waitFor(() => expect(stays.lanes).toEqual(['small']), SOON)
      expect(gone.lanes).toEqual([])
    })

    it('lets the claims of a dead process wait again, and keeps those of a living one', async () => {
      const [living, dead] = [entryOf({ lane: 'large' }), entryOf()]
      await ours.add([living, dead])
      await ours.claim('large')
      expect(await theirs.claim('small')).toEqual({ job: dead.job, lane: 'small' })
      const { lanes } = heardBy(ours)

      await harness.crash(theirs)
      expect(await ours.claim('small')).toBeUndefined()
      await harness.passClaimTime()
      await vi.waitFor(() => expect(lanes).toEqual(['small']), SOON)

      expect(await ours.claim('small')).toEqual({ job: dead.job, lane: 'small' })
      expect(await ours.claim('large')).toBeUndefined()
      expect(await ours.waiting()).toEqual(new Map())
    })

    it('puts the expired claim of a dead process before later entries', async () => {
      const [dead, later] = [entryOf(), entryOf()]
      await ours.add([dead])
      await theirs.claim('small')
      const { lanes } = heardBy(ours)
      await harness.crash(theirs)
      await ours.add([later])
      await harness.passClaimTime()
      await vi.waitFor(() => expect(lanes).toEqual(['small', 'small']), SOON)
      await vi.waitFor(async () => {
        expect(await ours.positions([dead.job])).toEqual(new Map([[dead.job, 0]]))
      }, SOON)
    })

    it('does not bring back what was removed after its process died', async () => {
      const [removed, left] = [entryOf(), entryOf()]
      await ours.add([removed, left])
      await theirs.claim('small')
      await theirs.claim('small')
      const { lanes } = heardBy(ours)
      await harness.crash(theirs)
      await ours.remove(removed.job)
      await harness.passClaimTime()
      await vi.waitFor(() => expect(lanes).toContain('small'), SOON)
      expect(await ours.entries()).toEqual([left.job])
    })

    it('gives its claims back when it is closed', async () => {
      const entry = entryOf()
      await ours.add([entry])
      await theirs.claim('small')
      await theirs.close()
      await theirs.close()
      expect(await ours.claim('small')).toEqual({ job: entry.job, lane: 'small' })
    })
  })
}
