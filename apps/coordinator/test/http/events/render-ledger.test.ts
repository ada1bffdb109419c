import {
  type JobRecord,
  type JobState,
  newJobId,
  type RenderEvent,
  type RenderRecord,
} from '@reverie/core'
import {
  buildNewRender,
  buildSha256,
  buildWorkerName,
  createMemoryRenderRecords,
} from '@reverie/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRenderLedger } from '../../../src/http/events/render-ledger.ts'

const worker = buildWorkerName()
const image = { hash: buildSha256('image'), bytes: 1, width: 8, height: 8 }
const none = new Map()

async function newRender(n: number): Promise<RenderRecord> {
  const records = createMemoryRenderRecords()
  return (await records.create(buildNewRender({ parameters: { n } }))).render
}

const FACTS: Record<JobState, Partial<JobRecord>> = {
  queued: {},
  leased: { worker, attempt: 1 },
  completed: { worker, image, attempt: 1 },
  failed: { failure: { code: 'attempts_exhausted', message: 'Nobody could.' } },
  cancelled: {},
}

/** The render with its jobs in these states. */
const inStates = (render: RenderRecord, states: readonly JobState[]): RenderRecord => ({
  ...render,
  jobs: render.jobs.map((job, i) => {
    const state = states[i] ?? job.state
    return { ...job, ...FACTS[state], state }
  }),
})

const typesOf = (events: readonly RenderEvent[]) => events.map(({ type }) => type)

describe('createRenderLedger', () => {
  it('starts with the state of every job', async () => {
    const render = inStates(await newRender(5), [
      'queued',
      'leased',
      'completed',
      'failed',
      'cancelled',
    ])
    const [first] = render.jobs
    const waiting = new Map(
      first
        ? [[first.id, { position: 3, reason: { code: 'busy' as const, message: 'Busy.' } }]]
        : [],
    )
    const events = createRenderLedger(5).compare(render, waiting)
    expect(typesOf(events)).toEqual(['queued', 'assigned', 'image', 'failed', 'cancelled'])
    expect(events[0]).toMatchObject({ position: 3, reason: { code: 'busy' } })
    expect(events[2]).toMatchObject({ image, worker })
    expect(events[3]).toMatchObject({ code: 'attempts_exhausted', message: 'Nobody could.' })
  })

  it('ends a render that was over before anybody watched', async () => {
    const render = inStates(await newRender(2), ['completed', 'cancelled'])
    const ledger = createRenderLedger(2)
    expect(ledger.compare(render, none).at(-1)).toEqual({ type: 'done', state: 'partial' })
    expect(ledger.isDone).toBe(true)
  })

  it('drops late news about a job that has ended', async () => {
    const render = inStates(await newRender(2), ['completed', 'queued'])
    const ledger = createRenderLedger(2)
    ledger.compare(render, none)
    const ofJob = { job: newJobId(), index: 0 }
    expect(ledger.hear({ type: 'progress', ...ofJob, step: 1, of: 20 })).toEqual([])
    expect(ledger.hear({ type: 'image', ...ofJob, image, worker })).toEqual([])
  })

  it('notices that events were lost and catches up from the truth', async () => {
    const render = await newRender(1)
    const ledger = createRenderLedger(1)
    ledger.compare(render, none)
    expect(ledger.hear({ type: 'done', state: 'completed' })).toEqual([])
    expect(ledger.isBehind).toBe(true)
    expect(typesOf(ledger.compare(inStates(render, ['completed']), none))).toEqual([
      'image',
      'done',
    ])
    expect(ledger.isBehind).toBe(false)
  })

  it('says nothing when nothing has changed', async () => {
    const render = inStates(await newRender(2), ['queued', 'leased'])
    const ledger = createRenderLedger(2)
    ledger.compare(render, none)
    expect(ledger.compare(render, none)).toEqual([])
  })

  it('tells every end once and `done` last, however snapshots and live events are mixed', async () => {
    const jobs = 3
    const render = await newRender(jobs)
    const ends = ['completed', 'failed', 'cancelled'] as const
    const step = fc.record({ index: fc.nat(jobs - 1), live: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...ends), { minLength: jobs, maxLength: jobs }),
        fc.array(step, { maxLength: 20 }),
        (finals, steps) => {
          const ledger = createRenderLedger(jobs)
          const states: JobState[] = ['queued', 'queued', 'queued']
          const told = ledger.compare(render, none)
          const endOf = (index: number): RenderEvent => {
            const [event] = createRenderLedger(jobs + 1).compare(
              { ...render, jobs: inStates(render, finals).jobs.slice(index, index + 1) },
              none,
            )
            if (event === undefined) throw new Error('a final job has an event')
            return event
          }
          for (const { index, live } of steps) {
            states[index] = finals[index] ?? 'failed'
            if (live) told.push(...ledger.hear(endOf(index)))
            else told.push(...ledger.compare(inStates(render, states), none))
          }
          told.push(...ledger.compare(inStates(render, finals), none))

          const endings = told.filter(({ type }) => ['image', 'failed', 'cancelled'].includes(type))
          expect(endings).toHaveLength(jobs)
          expect(told.filter(({ type }) => type === 'done')).toHaveLength(1)
          expect(told.at(-1)?.type).toBe('done')
        },
      ),
    )
  })
})
