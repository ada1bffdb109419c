import { JOB_COLUMNS } from './rows.ts'

// Every change compares the state it starts from, so of two racing callers one changes the row and the other sees none.

/** $1 job, $2 states, $3 worker's peer id, $4 its name, $5 at. */
export const LEASE_JOB: string = `
  update reverie.jobs j
  set state = 'leased', attempt = j.attempt + 1, worker_peer = $3, worker_name = $4, leased_at = $5
  from reverie.renders r
  where j.id = $1 and j.state = any($2::text[]) and r.id = j.render
  returning ${JOB_COLUMNS}`

/** $1 job, $2 states, $3 attempt, $4 excluded worker or null, $5 its fault's code, $6 its message. */
export const RELEASE_JOB: string = `
  with released as (
    update reverie.jobs
    set state = 'queued', worker_peer = null, worker_name = null, leased_at = null
    where id = $1 and state = any($2::text[]) and attempt = $3
    returning id
  ), excluded as (
    insert into reverie.exclusions (job, worker, code, message)
    select id, $4::text, $5::text, $6::text from released where $4::text is not null
    on conflict do nothing
  ), counted as (
    update reverie.workers set faults = faults + 1
    where peer = $4::text and exists (select from released)
  )
  select id from released`

/**
 * $1 job, $2 states, $3 worker's peer id, $4 its name, $5 image hash, $6 bytes, $7 width, $8 height, $9 receipt,
 * $10 at, $11 notes (json), $12 flagged.
 */
export const COMPLETE_JOB: string = `
  with completed as (
    update reverie.jobs
    set state = 'completed', worker_peer = $3, worker_name = $4, image_hash = $5, image_bytes = $6,
      image_width = $7, image_height = $8, finished_at = $10, notes = $11, flagged = $12
    where id = $1 and state = any($2::text[])
    returning id
  ), kept as (
    insert into reverie.receipts (job, body) select id, $9 from completed
  ), counted as (
    update reverie.workers set completed = completed + 1
    where peer = $3 and exists (select from completed)
  )
  select id from completed`

/** $1 job, $2 states, $3 code, $4 message, $5 at. */
export const FAIL_JOB: string = `
  update reverie.jobs
  set state = 'failed', failure_code = $3, failure_message = $4, finished_at = $5,
    worker_peer = null, worker_name = null
  where id = $1 and state = any($2::text[])
  returning id`

/** $1 render, $2 states, $3 at. Rows as they were before. */
export const CANCEL_JOBS: string = `
  with before as (
    select * from reverie.jobs where render = $1 and state = any($2::text[]) for update
  ), cancelled as (
    update reverie.jobs
    set state = 'cancelled', finished_at = $3, worker_peer = null, worker_name = null
    from before where jobs.id = before.id
  )
  select ${JOB_COLUMNS} from before j join reverie.renders r on r.id = j.render
  order by j.index`
