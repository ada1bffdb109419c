import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  FINAL_JOB_STATES,
  type JobEvent,
  JobState,
  nextJobState,
  renderStateOf,
  statesAllowing,
} from '../src/index.ts'

const EVENTS: readonly JobEvent[] = ['lease', 'release', 'complete', 'fail', 'cancel']
const states = fc.constantFrom(...JobState.options)

describe('the job state machine', () => {
  it('never leaves a final state', () => {
    for (const state of FINAL_JOB_STATES) {
      for (const event of EVENTS)
        expect(nextJobState(state, event), `${state} ${event}`).toBe(undefined)
    }
  })

  it('accepts a late result for a job that is queued again', () => {
    expect(nextJobState('queued', 'complete')).toBe('completed')
  })

  it('leases only what is queued and releases only what is leased', () => {
    expect(statesAllowing('lease')).toEqual(['queued'])
    expect(statesAllowing('release')).toEqual(['leased'])
  })

  it('completes at most once in any order of events', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 30 }), (events) => {
        let state: JobState = 'queued'
        let completions = 0
        for (const event of events) {
          const next = nextJobState(state, event)
          if (next === 'completed') completions += 1
          state = next ?? state
        }
        expect(completions).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('the state of a render', () => {
  it.each([
    [['queued', 'queued'], 'queued'],
    [['leased', 'queued'], 'rendering'],
    [['completed', 'queued'], 'rendering'],
    [['completed', 'completed'], 'completed'],
    [['completed', 'failed'], 'partial'],
    [['completed', 'cancelled'], 'partial'],
    [['failed', 'cancelled'], 'failed'],
    [['cancelled', 'cancelled'], 'cancelled'],
  ] as const)('of jobs %j is %s', (jobs, expected) => {
    expect(renderStateOf(jobs)).toBe(expected)
  })

  it('is final exactly when every job is', () => {
    fc.assert(
      fc.property(fc.array(states, { minLength: 1, maxLength: 8 }), (jobs) => {
        const open = jobs.some((state) => !FINAL_JOB_STATES.includes(state))
        expect(['queued', 'rendering'].includes(renderStateOf(jobs))).toBe(open)
      }),
    )
  })
})
