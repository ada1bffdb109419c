import { type NewRender, newJobRecords, type RenderRecord, ReverieError } from '@reverie/core'
import type { Queryable } from '../database.ts'
import {
  FIND_IDEMPOTENCY_KEY,
  INSERT_JOBS,
  INSERT_RENDER,
  TAKE_IDEMPOTENCY_KEY,
} from './render-sql.ts'
import { IdempotencyRow, storableText } from './rows.ts'

/** The record of a render that has just been written. */
export const recordOf = (render: NewRender): RenderRecord => ({
  id: render.id,
  account: render.account,
  parameters: render.parameters,
  createdAt: render.createdAt,
  jobs: newJobRecords(render),
})

/**
 * Takes the render's idempotency key inside its transaction. Returns the id of the render that took it before, if any.
 * @throws ReverieError `idempotency_conflict`
 */
export async function takeIdempotencyKey(
  transaction: Queryable,
  { id, account, idempotency }: NewRender,
): Promise<RenderRecord['id'] | undefined> {
  if (!idempotency) return undefined
  const { fingerprint } = idempotency
  const key = storableText(idempotency.key)
  const taken = await transaction.query(TAKE_IDEMPOTENCY_KEY, [account, key, fingerprint, id])
  if (taken.length > 0) return undefined
  const [row] = await transaction.query(FIND_IDEMPOTENCY_KEY, [account, key])
  const earlier = IdempotencyRow.parse(row)
  if (earlier.fingerprint === fingerprint) return earlier.render
  throw new ReverieError(
    'idempotency_conflict',
    `the Idempotency-Key was used for render ${earlier.render} with another body; send a new key`,
    { field: 'Idempotency-Key', render: earlier.render },
  )
}

export async function insertRender(transaction: Queryable, render: NewRender): Promise<void> {
  const { id, account, parameters, createdAt, jobs } = render
  await transaction.query(INSERT_RENDER, [id, account, JSON.stringify(parameters), createdAt])
  await transaction.query(INSERT_JOBS, [
    id,
    jobs.map((job) => job.id),
    jobs.map((job) => job.index),
    jobs.map((job) => job.seed),
    jobs.map((job) => job.nonce),
  ])
}
