import type { RenderId, RenderRecord, RenderRecords } from '@reverie/core'
import { statesAllowing } from '@reverie/core'
import type { Database, Queryable } from '../database.ts'
import { insertRender, recordOf, takeIdempotencyKey } from './create-render.ts'
import { CANCEL_JOBS, COMPLETE_JOB, FAIL_JOB, LEASE_JOB, RELEASE_JOB } from './job-change-sql.ts'
import {
  FIND_JOB,
  FIND_RECEIPT,
  FIND_RENDER,
  LIST_JOBS_OF_RENDERS,
  LIST_OPEN_JOBS,
  LIST_RENDERS,
} from './render-sql.ts'
import { parseJobs, ReceiptRow, RenderRow, storableText } from './rows.ts'

/** Adds their jobs to render rows, in the order of the rows. */
async function withJobs(
  database: Queryable,
  rows: readonly unknown[],
): Promise<readonly RenderRecord[]> {
  const renders = rows.map((row) => RenderRow.parse(row))
  if (renders.length === 0) return []
  const ids = renders.map((render) => render.id)
  const jobs = Map.groupBy(
    parseJobs(await database.query(LIST_JOBS_OF_RENDERS, [ids])),
    (job) => job.render,
  )
  return renders.map(({ created_at, ...render }) => ({
    ...render,
    createdAt: created_at,
    jobs: jobs.get(render.id) ?? [],
  }))
}

const find = async (database: Queryable, id: RenderId): Promise<RenderRecord | undefined> =>
  (await withJobs(database, await database.query(FIND_RENDER, [id])))[0]

/** {@link RenderRecords} in the database. Each change is one conditional statement. */
export function createRenderRecords(database: Database): RenderRecords {
  return {
    async create(render) {
      const earlier = await database.transaction(async (transaction) => {
        const used = await takeIdempotencyKey(transaction, render)
        if (used) return find(transaction, used)
        await insertRender(transaction, render)
        return undefined
      })
      return earlier
        ? { render: earlier, created: false }
        : { render: recordOf(render), created: true }
    },
    render: (id) => find(database, id),
    list: async (account, { limit, before }) =>
      withJobs(database, await database.query(LIST_RENDERS, [account, limit, before ?? null])),
    job: async (id) => parseJobs(await database.query(FIND_JOB, [id]))[0],
    async receipt(id) {
      const [row] = await database.query(FIND_RECEIPT, [id])
      return row === undefined ? undefined : ReceiptRow.parse(row).body
    },
    async lease(id, worker, at) {
      const states = statesAllowing('lease')
      const name = storableText(worker.name)
      return parseJobs(await database.query(LEASE_JOB, [id, states, worker.peer, name, at]))[0]
    },
    async release(id, attempt, fault) {
      const exclusion = fault
        ? [fault.worker, fault.code, storableText(fault.message)]
        : [null, null, null]
      const states = statesAllowing('release')
      const release = fault ? database.durably : database.query
      return (await release(RELEASE_JOB, [id, states, attempt, ...exclusion])).length > 0
    },
    async complete(id, { worker, image, receipt, notes, flagged, at }) {
      const { hash, bytes, width, height } = image
      const changed = await database.durably(COMPLETE_JOB, [
        id,
        statesAllowing('complete'),
        worker.peer,
        storableText(worker.name),
        ...[hash, bytes, width, height],
        receipt,
        at,
        JSON.stringify(notes.map(storableText)),
        flagged,
      ])
      return changed.length > 0
    },
    async fail(id, { code, message }, at) {
      const values = [id, statesAllowing('fail'), code, storableText(message), at]
      return (await database.durably(FAIL_JOB, values)).length > 0
    },
    cancel: async (id, at) =>
      parseJobs(await database.durably(CANCEL_JOBS, [id, statesAllowing('cancel'), at])),
    open: async () => parseJobs(await database.query(LIST_OPEN_JOBS)),
  }
}
