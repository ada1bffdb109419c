import * as z from 'zod/mini'

/**
 * A job's life. `queued` waits for a worker; `leased` belongs to one worker until it delivers, faults or goes silent.
 * The other three are final.
 */
export const JobState = z.enum(['queued', 'leased', 'completed', 'failed', 'cancelled'])
export type JobState = z.infer<typeof JobState>

export const FINAL_JOB_STATES: readonly JobState[] = ['completed', 'failed', 'cancelled']

export type JobEvent = 'lease' | 'release' | 'complete' | 'fail' | 'cancel'

const TRANSITIONS: Record<JobState, Partial<Record<JobEvent, JobState>>> = {
  // A result may arrive for a job that is queued again: its worker was slow or cut off, not wrong.
  queued: { lease: 'leased', complete: 'completed', fail: 'failed', cancel: 'cancelled' },
  leased: { release: 'queued', complete: 'completed', fail: 'failed', cancel: 'cancelled' },
  completed: {},
  failed: {},
  cancelled: {},
}

/** The state after `event`, or undefined where the event means nothing in that state. */
export const nextJobState = (state: JobState, event: JobEvent): JobState | undefined =>
  TRANSITIONS[state][event]

/** The states in which `event` is allowed; what a store's conditional update compares with. */
export const statesAllowing = (event: JobEvent): JobState[] =>
  JobState.options.filter((state) => nextJobState(state, event) !== undefined)

/** A render's state is derived from its jobs. */
export const RenderState = z.enum([
  'queued',
  'rendering',
  'completed',
  'partial',
  'failed',
  'cancelled',
])
export type RenderState = z.infer<typeof RenderState>

/**
 * `queued`: nothing has started. `rendering`: something is leased or done and something is open.
 * `partial`: all are final, some completed and some not.
 */
export function renderStateOf(jobs: readonly JobState[]): RenderState {
  const count = (state: JobState) => jobs.filter((each) => each === state).length
  const completed = count('completed')
  if (count('queued') + count('leased') > 0) {
    return count('queued') === jobs.length ? 'queued' : 'rendering'
  }
  if (completed === jobs.length) return 'completed'
  if (completed > 0) return 'partial'
  return count('failed') > 0 ? 'failed' : 'cancelled'
}
