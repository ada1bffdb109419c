import { instantOf, type JobView, type RenderView } from '@reverie/api'
import {
  type JobId,
  type JobImage,
  type JobRecord,
  type RenderRecord,
  renderStateOf,
} from '@reverie/core'
import type { Waiting } from '@reverie/dispatch'

const imageUrl = (hash: string): string => `/v1/images/${hash}`

export const imageView = (image: JobImage) => ({ ...image, url: imageUrl(image.hash) })

/** What the worker said about a picture; absent where it said nothing. */
export const saidOf = ({ notes, flagged }: Pick<JobRecord, 'notes' | 'flagged'>) => ({
  ...(notes.length > 0 ? { notes: [...notes] } : {}),
  ...(flagged ? { flagged } : {}),
})

function jobView(job: JobRecord, waiting: Waiting | undefined): JobView {
  const { id, index, state, seed, attempt, worker, image, failure, notes, flagged } = job
  return {
    id,
    index,
    state,
    seed,
    attempt,
    ...(worker ? { worker } : {}),
    ...(waiting ? { position: waiting.position } : {}),
    ...(waiting?.reason ? { reason: waiting.reason } : {}),
    ...(image ? { image: imageView(image) } : {}),
    ...(failure ? { failure } : {}),
    ...saidOf({ notes, flagged }),
  }
}

/** A stored render as its artist sees it; what the coordinator keeps to itself (nonces, the account) stays out. */
export function renderView(
  { id, createdAt, parameters, jobs }: RenderRecord,
  waiting: ReadonlyMap<JobId, Waiting> = new Map(),
): RenderView {
  return {
    id,
    state: renderStateOf(jobs.map((job) => job.state)),
    createdAt: instantOf(createdAt),
    parameters,
    jobs: jobs.map((job) => jobView(job, waiting.get(job.id))),
  }
}
