import {
  type JobId,
  type JobRecord,
  type JobState,
  type RenderEvent,
  type RenderRecord,
  renderStateOf,
} from '@reverie/core'
import type { Waiting } from '@reverie/dispatch'
import { type imageView, saidOf } from '../views/render-view.ts'

type JobEvent = Exclude<RenderEvent, { type: 'done' }>

/** What one watcher has heard, so that snapshots and live events together tell each thing once and in order. */
export interface RenderLedger {
  /** Events for whatever differs between the stored render and what was told. */
  compare(render: RenderRecord, waiting: ReadonlyMap<JobId, Waiting>): RenderEvent[]
  /** A live event, and `done` after the last job's end; nothing where it is stale. */
  hear(event: RenderEvent): RenderEvent[]
  /** The bus said `done` but ends are missing: events were lost, so the render must be looked at again. */
  readonly isBehind: boolean
  readonly isDone: boolean
}

const FINAL: Partial<Record<RenderEvent['type'], JobState>> = {
  image: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
}

function eventOf(job: JobRecord, waiting: Waiting | undefined): JobEvent | undefined {
  const ofJob = { job: job.id, index: job.index }
  const { worker, image, failure } = job
  switch (job.state) {
    case 'queued':
      return {
        type: 'queued',
        ...ofJob,
        position: waiting?.position ?? 0,
        ...(waiting?.reason ? { reason: waiting.reason } : {}),
      }
    case 'leased':
      return worker && { type: 'assigned', ...ofJob, worker, attempt: job.attempt }
    case 'completed':
      if (!worker || !image) return undefined
      return { type: 'image', ...ofJob, image: imageOf(image), worker, ...saidOf(job) }
    case 'failed':
      return {
        type: 'failed',
        ...ofJob,
        code: failure?.code ?? 'internal',
        message: failure?.message ?? 'The job failed; the reason was not written down.',
      }
    case 'cancelled':
      return { type: 'cancelled', ...ofJob }
  }
}

const imageOf = (image: Parameters<typeof imageView>[0]) => {
  const { hash, width, height, bytes } = image
  return { hash, width, height, bytes }
}

/** A ledger for a render of `jobs` jobs. */
export function createRenderLedger(jobs: number): RenderLedger {
  const ends = new Map<number, JobState>()
  /** The last event about each open job's state, as JSON; progress does not count. */
  const standing = new Map<number, string>()
  let isBehind = false
  let isDone = false

  function tell(event: JobEvent): RenderEvent[] {
    if (ends.has(event.index)) return []
    const end = FINAL[event.type]
    if (end === undefined) {
      if (event.type !== 'progress') standing.set(event.index, JSON.stringify(event))
      return [event]
    }
    ends.set(event.index, end)
    if (ends.size < jobs) return [event]
    isDone = true
    return [event, { type: 'done', state: renderStateOf([...ends.values()]) }]
  }

  return {
    get isBehind() {
      return isBehind
    },
    get isDone() {
      return isDone
    },
    compare(render, waiting) {
      isBehind = false
      return render.jobs.flatMap((job) => {
        const event = eventOf(job, waiting.get(job.id))
        if (event === undefined || standing.get(job.index) === JSON.stringify(event)) return []
        return tell(event)
      })
    },
    hear(event) {
      if (event.type !== 'done') return tell(event)
      isBehind = !isDone
      return []
    },
  }
}
