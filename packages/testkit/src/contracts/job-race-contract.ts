import type { JobId, NewRender, RenderRecords } from '@reverie/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildCompletion, buildWorkerName } from '../builders/completion.ts'
import { buildNewRender } from '../builders/new-render.ts'
import type { RecordsHarness } from './harness.ts'

const AT = Date.UTC(2026, 0, 1, 0, 1)
const RACERS = [1, 2, 3, 4, 5]

/** What all {@link RenderRecords} guarantee when callers race: one wins, the others are told. */
export function describeJobRaceContract(name: string, setup: () => Promise<RecordsHarness>): void {
  describe(`${name} as records under races`, () => {
    let harness: RecordsHarness
    let renders: RenderRecords
    let render: NewRender
    let job: JobId

    beforeEach(async () => {
      harness = await setup()
      renders = harness.renders
      render = buildNewRender()
      job = render.jobs[0]?.id as JobId
      await renders.create(render)
    })
    afterEach(() => harness.close())

    it('gives a job to one of several workers', async () => {
      const leases = await Promise.all(
        RACERS.map((number) => renders.lease(job, buildWorkerName(number), AT)),
      )
      const winners = leases.filter((lease) => lease !== undefined)
      expect(winners).toHaveLength(1)
      expect(await renders.job(job)).toEqual(winners[0])
    })

    it('completes a job exactly once, with the image and receipt of the winner', async () => {
      const completions = RACERS.map((number) =>
        buildCompletion({ worker: buildWorkerName(number), receipt: Uint8Array.of(number) }),
      )
      const wins = await Promise.all(completions.map((each) => renders.complete(job, each)))
      expect(wins.filter((won) => won)).toHaveLength(1)
      const winner = completions[wins.indexOf(true)]
      expect((await renders.job(job))?.worker).toEqual(winner?.worker)
      expect(await renders.receipt(job)).toEqual(winner?.receipt)
    })

    it('cancels a job whether a lease comes before or after', async () => {
      const [lease, cancelled] = await Promise.all([
        renders.lease(job, buildWorkerName(), AT),
        renders.cancel(render.id, AT),
      ])
      expect(cancelled.map((each) => each.state)).toEqual([lease ? 'leased' : 'queued'])
      expect((await renders.job(job))?.state).toBe('cancelled')
    })

    it('cancels a job or completes it, never both', async () => {
      const [cancelled, isCompleted] = await Promise.all([
        renders.cancel(render.id, AT),
        renders.complete(job, buildCompletion()),
      ])
      expect(cancelled.length === 0).toBe(isCompleted)
      expect((await renders.job(job))?.state).toBe(isCompleted ? 'completed' : 'cancelled')
      expect((await renders.receipt(job)) !== undefined).toBe(isCompleted)
    })

    it('releases a lease once, however many notice its end', async () => {
      await renders.lease(job, buildWorkerName(), AT)
      const released = await Promise.all(RACERS.map(() => renders.release(job, 1)))
      expect(released.filter((changed) => changed)).toHaveLength(1)
    })
  })
}
