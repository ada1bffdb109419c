import {
  AccountId,
  isErrorCode,
  JobId,
  type JobRecord,
  JobState,
  PeerId,
  RenderId,
  RenderParameters,
  Seed,
  Sha256,
  type WorkerRecord,
} from '@reverie/core'
import * as z from 'zod/mini'

/** Columns of {@link JobRow}, with `j` for jobs and `r` for renders. */
export const JOB_COLUMNS: string = `
  j.id, j.render, r.account, j.index, j.seed, j.nonce, j.state, j.attempt, j.worker_peer, j.worker_name,
  j.image_hash, j.image_bytes, j.image_width, j.image_height, j.failure_code, j.failure_message,
  j.notes, j.flagged, r.created_at, j.finished_at,
  array(select e.worker from reverie.exclusions e where e.job = j.id order by e.worker) as excluded`

const JobRow = z.object({
  id: JobId,
  render: RenderId,
  account: AccountId,
  index: z.int(),
  seed: Seed,
  nonce: z.string(),
  state: JobState,
  attempt: z.int(),
  worker_peer: z.nullable(PeerId),
  worker_name: z.nullable(z.string()),
  image_hash: z.nullable(Sha256),
  image_bytes: z.nullable(z.int()),
  image_width: z.nullable(z.int()),
  image_height: z.nullable(z.int()),
  failure_code: z.nullable(z.string()),
  failure_message: z.nullable(z.string()),
  notes: z.array(z.string()),
  flagged: z.boolean(),
  created_at: z.int(),
  finished_at: z.nullable(z.int()),
  excluded: z.array(PeerId),
})
type JobRow = z.infer<typeof JobRow>

const imageOf = (row: JobRow): JobRecord['image'] =>
  row.image_hash === null
    ? undefined
    : {
        hash: row.image_hash,
        bytes: row.image_bytes ?? 0,
        width: row.image_width ?? 0,
        height: row.image_height ?? 0,
      }

const failureOf = ({ failure_code: code, failure_message }: JobRow): JobRecord['failure'] =>
  code === null
    ? undefined
    : // A code of a later release, read after a downgrade, is still a failure.
      { code: isErrorCode(code) ? code : 'internal', message: failure_message ?? '' }

const jobOf = (row: JobRow): JobRecord => ({
  id: row.id,
  render: row.render,
  account: row.account,
  index: row.index,
  seed: row.seed,
  nonce: row.nonce,
  state: row.state,
  attempt: row.attempt,
  worker:
    row.worker_peer === null ? undefined : { peer: row.worker_peer, name: row.worker_name ?? '' },
  excluded: row.excluded,
  image: imageOf(row),
  failure: failureOf(row),
  notes: row.notes,
  flagged: row.flagged,
  createdAt: row.created_at,
  finishedAt: row.finished_at ?? undefined,
})

export const parseJobs = (rows: readonly unknown[]): JobRecord[] =>
  rows.map((row) => jobOf(JobRow.parse(row)))

export const RenderRow = z.object({
  id: RenderId,
  account: AccountId,
  parameters: RenderParameters,
  created_at: z.int(),
})

export const IdempotencyRow = z.object({ fingerprint: Sha256, render: RenderId })

export const ReceiptRow = z.object({ body: z.custom<Uint8Array>((v) => v instanceof Uint8Array) })

export const AccountRow = z.object({
  id: AccountId,
  name: z.string(),
  role: z.enum(['artist', 'operator']),
})

export const InputRow = z.object({
  hash: Sha256,
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
})

const WorkerRow = z.object({
  peer: PeerId,
  name: z.string(),
  first_seen_at: z.int(),
  last_seen_at: z.int(),
  completed: z.int(),
  faults: z.int(),
})

export function parseWorker(row: unknown): WorkerRecord {
  const { first_seen_at, last_seen_at, ...worker } = WorkerRow.parse(row)
  return { ...worker, firstSeenAt: first_seen_at, lastSeenAt: last_seen_at }
}

/** Text as Postgres can keep it: it has no NUL, and what strangers send may. */
export const storableText = (text: string): string => text.replaceAll('\0', '\uFFFD')
