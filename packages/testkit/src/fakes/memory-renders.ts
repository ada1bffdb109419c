import type {
  JobEvent,
  JobId,
  JobRecord,
  NewRender,
  PeerId,
  RenderId,
  RenderRecord,
  RenderRecords,
  Sha256,
} from '@reverie/core'
import { newJobRecords, nextJobState, ReverieError } from '@reverie/core'

interface KeyUse {
  readonly fingerprint: Sha256
  readonly render: RenderId
}

type Changes = Partial<Omit<JobRecord, 'id' | 'state'>>

/**
 * {@link RenderRecords} in memory: each method runs without a pause, so it is as atomic as a transaction.
 * `count` hears of each completion and fault.
 */
export function createMemoryRenderRecords(
  count: (worker: PeerId, what: 'completed' | 'faults') => void = () => {},
): RenderRecords {
  const renders = new Map<RenderId, NewRender>()
  const jobs = new Map<JobId, JobRecord>()
  const receipts = new Map<JobId, Uint8Array>()
  const keys = new Map<string, KeyUse>()

  const assemble = (render: NewRender): RenderRecord => ({
    id: render.id,
    account: render.account,
    parameters: render.parameters,
    createdAt: render.createdAt,
    jobs: newJobRecords(render).map((job) => jobs.get(job.id) ?? job),
  })

  /** Applies an event where the state machine allows it. */
  const change = (id: JobId, event: JobEvent, changes: Changes): JobRecord | undefined => {
    const job = jobs.get(id)
    const state = job && nextJobState(job.state, event)
    if (!job || !state) return undefined
    const changed = { ...job, ...changes, state }
    jobs.set(id, changed)
    return changed
  }

  const earlierUse = (render: NewRender): RenderRecord | undefined => {
    const { idempotency } = render
    const use = idempotency && keys.get(`${render.account} ${idempotency.key}`)
    const earlier = use && renders.get(use.render)
    if (!earlier) return undefined
    if (use.fingerprint !== idempotency.fingerprint) {
      throw new ReverieError(
        'idempotency_conflict',
        `the Idempotency-Key was used for render ${use.render} with another body; send a new key`,
      )
    }
    return assemble(earlier)
  }

  return {
    async create(render) {
      const earlier = earlierUse(render)
      if (earlier) return { render: earlier, created: false }
      renders.set(render.id, render)
      for (const job of newJobRecords(render)) jobs.set(job.id, job)
      if (render.idempotency) {
        const { key, fingerprint } = render.idempotency
        keys.set(`${render.account} ${key}`, { fingerprint, render: render.id })
      }
      return { render: assemble(render), created: true }
    },
    async render(id) {
      const render = renders.get(id)
      return render && assemble(render)
    },
    list: async (account, { limit, before }) =>
      [...renders.values()]
        .filter((render) => render.account === account && (!before || render.id < before))
        .toSorted((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit)
        .map(assemble),
    job: async (id) => jobs.get(id),
    receipt: async (id) => receipts.get(id),
    async lease(id, worker) {
      const attempt = (jobs.get(id)?.attempt ?? 0) + 1
      return change(id, 'lease', { worker, attempt })
    },
    async release(id, attempt, fault) {
      if (jobs.get(id)?.attempt !== attempt) return false
      const excluded = new Set(jobs.get(id)?.excluded)
      if (fault) excluded.add(fault.worker)
      const changes = { worker: undefined, excluded: [...excluded].toSorted() }
      if (!change(id, 'release', changes)) return false
      if (fault) count(fault.worker, 'faults')
      return true
    },
    async complete(id, { worker, image, receipt, notes, flagged, at }) {
      const changes = { worker, image, notes, flagged, finishedAt: at }
      if (!change(id, 'complete', changes)) return false
      receipts.set(id, receipt)
      count(worker.peer, 'completed')
      return true
    },
    fail: async (id, failure, at) =>
      change(id, 'fail', { failure, finishedAt: at, worker: undefined }) !== undefined,
    async cancel(id, at) {
      const render = renders.get(id)
      const before = render ? assemble(render).jobs : []
      return before.filter((job) => change(job.id, 'cancel', { finishedAt: at, worker: undefined }))
    },
    open: async () =>
      [...jobs.values()]
        .filter((job) => job.state === 'queued' || job.state === 'leased')
        .toSorted(
          (a, b) =>
            a.createdAt - b.createdAt || a.render.localeCompare(b.render) || a.index - b.index,
        ),
  }
}
