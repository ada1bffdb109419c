import type { JobId, RenderRecord, WaitReason } from '@reverie/core'
import { explainWait } from './explain-wait.ts'
import type { Candidate } from './match.ts'
import type { DispatchModules } from './ports.ts'

/** Where a queued job stands. */
export interface Waiting {
  /** Jobs of the same lane that go first; 0 is next. */
  readonly position: number
  /** Absent when nothing is in its way. */
  readonly reason: WaitReason | undefined
}

/** Place and reason of every queued job of a render. */
export async function waitingOf(
  { records, queue }: Pick<DispatchModules, 'records' | 'queue'>,
  candidates: readonly Candidate[],
  render: RenderRecord,
): Promise<ReadonlyMap<JobId, Waiting>> {
  const queued = render.jobs.filter((job) => job.state === 'queued')
  const places = await Promise.all(
    queued.map(async (job): Promise<[JobId, Waiting]> => {
      const [position, excluded] = await Promise.all([
        queue.position(job.id),
        records.excluded(job.id),
      ])
      const reason = explainWait(candidates, render.parameters, excluded)
      return [job.id, { position: position ?? 0, reason }]
    }),
  )
  return new Map(places)
}
