import type { JobEvent, JobId, NewRender, RenderRecords } from '@reverie/core'
import { FINAL_JOB_STATES, nextJobState } from '@reverie/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildCompletion, buildWorkerName } from '../builders/completion.ts'
import { buildNewRender } from '../builders/new-render.ts'
import type { RecordsHarness } from './harness.ts'

const AT = Date.UTC(2026, 0, 1, 0, 1)
const EVENTS: readonly JobEvent[] = ['lease', 'release', 'complete', 'fail', 'cancel']
const FAILURE = { code: 'engine_failed', message: 'the inference process crashed' } as const

/** What all {@link RenderRecords} guarantee about one job's changes. */
export function describeJobChangeContract(
  name: string,
  setup: () => Promise<RecordsHarness>,
): void {
  describe(`${name} as records of a job's life`, () => {
    const worker = buildWorkerName(1)
    let harness: RecordsHarness
    let renders: RenderRecords
    let render: NewRender
    let job: JobId

    const apply = async (event: JobEvent): Promise<boolean> => {
      const attempt = (await renders.job(job))?.attempt ?? 0
      if (event === 'lease') return (await renders.lease(job, worker, AT)) !== undefined
      if (event === 'release') return renders.release(job, attempt)
      if (event === 'complete') return renders.complete(job, buildCompletion())
      if (event === 'fail') return renders.fail(job, FAILURE, AT)
      return (await renders.cancel(render.id, AT)).length > 0
    }

    beforeEach(async () => {
      harness = await setup()
      renders = harness.renders
      render = buildNewRender()
      job = render.jobs[0]?.id as JobId
      await renders.create(render)
    })
    afterEach(() => harness.close())

    it('follows the state machine through any sequence of events', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom(...EVENTS), { maxLength: 8 }), async (events) => {
          render = buildNewRender()
          job = render.jobs[0]?.id as JobId
          await renders.create(render)
          let state = (await renders.job(job))?.state ?? 'failed'
          for (const event of events) {
            const next = nextJobState(state, event)
            expect(await apply(event)).toBe(next !== undefined)
            state = next ?? state
            expect((await renders.job(job))?.state).toBe(state)
          }
          const isOpen = (await renders.open()).some((open) => open.id === job)
          expect(isOpen).toBe(!FINAL_JOB_STATES.includes(state))
        }),
        { numRuns: 25 },
      )
    })

    it('names the worker that holds a lease and counts attempts', async () => {
      expect(await renders.lease(job, worker, AT)).toMatchObject({
        state: 'leased',
        attempt: 1,
        worker,
      })
      await renders.release(job, 1)
      expect(await renders.job(job)).toMatchObject({ state: 'queued', worker: undefined })
      const second = await renders.lease(job, buildWorkerName(2), AT)
      expect(second).toMatchObject({ attempt: 2, worker: buildWorkerName(2) })
      expect(await renders.job(job)).toEqual(second)
    })

    it('ignores the release of an earlier attempt', async () => {
      await renders.lease(job, worker, AT)
      await renders.release(job, 1)
      await renders.lease(job, buildWorkerName(2), AT)
      expect(await renders.release(job, 1, { ...FAILURE, worker: worker.peer })).toBe(false)
      expect(await renders.job(job)).toMatchObject({ state: 'leased', attempt: 2 })
      expect((await renders.job(job))?.excluded).toEqual([])
    })

    it('excludes a worker by its fault, once and for good, and nobody without one', async () => {
      const release = async (fault: boolean) => {
        const leased = await renders.lease(job, worker, AT)
        const by = fault ? { ...FAILURE, worker: worker.peer } : undefined
        expect(await renders.release(job, leased?.attempt ?? 0, by)).toBe(true)
      }
      await release(false)
      expect((await renders.job(job))?.excluded).toEqual([])
      await release(true)
      await release(true)
      await release(false)
      expect((await renders.job(job))?.excluded).toEqual([worker.peer])
    })

    it('keeps image, receipt, worker and time of a completion', async () => {
      await renders.lease(job, worker, AT)
      const completion = buildCompletion({
        worker: buildWorkerName(3),
        notes: ['\0 <b>cut</b> \u{1F480}"', 'too long'],
        flagged: true,
        at: AT + 7,
      })
      expect(await renders.receipt(job)).toBeUndefined()
      expect(await renders.complete(job, completion)).toBe(true)
      expect(await renders.job(job)).toMatchObject({
        state: 'completed',
        worker: buildWorkerName(3),
        image: completion.image,
        notes: [expect.stringContaining('<b>cut</b> \u{1F480}"'), 'too long'],
        flagged: true,
        finishedAt: AT + 7,
        failure: undefined,
      })
      expect(await renders.receipt(job)).toEqual(completion.receipt)
    })

    it('keeps the reason and the time of a failure', async () => {
      await renders.lease(job, worker, AT)
      expect(await renders.fail(job, FAILURE, AT + 1)).toBe(true)
      expect(await renders.job(job)).toMatchObject({
        state: 'failed',
        failure: FAILURE,
        finishedAt: AT + 1,
        image: undefined,
      })
    })

    it('takes whatever text a worker sends as its fault', async () => {
      const message = '\0\u{1F480}\uD800 "; drop table jobs'
      await renders.lease(job, worker, AT)
      const fault = { code: 'bad_output', message, worker: worker.peer } as const
      expect(await renders.release(job, 1, fault)).toBe(true)
      expect(await renders.fail(job, { code: 'attempts_exhausted', message }, AT)).toBe(true)
      expect((await renders.job(job))?.failure?.message).toContain('drop table jobs')
    })

    it('cancels what is open of a render, returns it as it was, and leaves the rest', async () => {
      render = buildNewRender({ parameters: { n: 3 } })
      await renders.create(render)
      const [done, leased, queued] = render.jobs.map((each) => each.id) as [JobId, JobId, JobId]
      await renders.complete(done, buildCompletion())
      await renders.lease(leased, worker, AT)
      const changed = await renders.cancel(render.id, AT)
      expect(changed.map(({ id, state }) => ({ id, state }))).toEqual([
        { id: leased, state: 'leased' },
        { id: queued, state: 'queued' },
      ])
      expect(changed[0]?.worker).toEqual(worker)
      const after = await renders.render(render.id)
      expect(after?.jobs.map((each) => each.state)).toEqual(['completed', 'cancelled', 'cancelled'])
      expect(after?.jobs[1]?.finishedAt).toBe(AT)
      expect(await renders.cancel(render.id, AT)).toEqual([])
    })
  })
}
