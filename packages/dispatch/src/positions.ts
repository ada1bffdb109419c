import type { JobId, JobQueue, RenderRecord, WaitReason } from '@reverie/core'
import { explainWait, type NameModel } from './explain-wait.ts'
import { needsOfRender } from './lane.ts'
import type { Candidate } from './match.ts'

/** Where a queued job stands. */
export interface Waiting {
  /** Jobs of the same lane that go first; 0 is next. */
  readonly position: number
  /** Absent when nothing is in its way. */
  readonly reason: WaitReason | undefined
}

/** Place and reason of every queued job of a render. */
export async function waitingOf(
  queue: Pick<JobQueue, 'positions'>,
  candidates: readonly Candidate[],
  render: RenderRecord,
  nameOf: NameModel,
): Promise<ReadonlyMap<JobId, Waiting>> {
  const queued = render.jobs.filter((job) => job.state === 'queued')
  const needs = needsOfRender(render.parameters)
  const positions = await queue.positions(queued.map((job) => job.id))
  return new Map(
    queued.map((job) => {
      const reason = explainWait(candidates, needs, job.excluded, nameOf)
      return [job.id, { position: positions.get(job.id) ?? 0, reason }]
    }),
  )
}
