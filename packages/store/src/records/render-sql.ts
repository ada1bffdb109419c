import { JOB_COLUMNS } from './rows.ts'

/** $1 account, $2 key, $3 fingerprint, $4 render. A row when the key is new. */
export const TAKE_IDEMPOTENCY_KEY: string = `
  insert into reverie.idempotency_keys (account, key, fingerprint, render)
  values ($1, $2, $3, $4)
  on conflict do nothing
  returning key`

/** $1 account, $2 key. */
export const FIND_IDEMPOTENCY_KEY: string = `
  select fingerprint, render from reverie.idempotency_keys where account = $1 and key = $2`

/** $1 id, $2 account, $3 parameters (json), $4 created at. */
export const INSERT_RENDER: string = `
  insert into reverie.renders (id, account, parameters, created_at) values ($1, $2, $3, $4)`

/** $1 render, $2 ids, $3 indices, $4 seeds, $5 nonces: arrays of one length. */
export const INSERT_JOBS: string = `
  insert into reverie.jobs (render, id, index, seed, nonce)
  select $1, job.* from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[]) as job`

/** $1 id. */
export const FIND_RENDER: string = `
  select id, account, parameters, created_at from reverie.renders where id = $1`

/** $1 account, $2 limit, $3 the id to go on from or null. Newest first. */
export const LIST_RENDERS: string = `
  select id, account, parameters, created_at from reverie.renders
  where account = $1 and ($3::uuid is null or id < $3)
  order by id desc
  limit $2`

/** $1 ids of renders. */
export const LIST_JOBS_OF_RENDERS: string = `
  select ${JOB_COLUMNS}
  from reverie.jobs j join reverie.renders r on r.id = j.render
  where j.render = any($1::uuid[])
  order by j.render, j.index`

/** $1 id. */
export const FIND_JOB: string = `
  select ${JOB_COLUMNS} from reverie.jobs j join reverie.renders r on r.id = j.render
  where j.id = $1`

/** No parameters. Oldest first; the states are those of the partial index jobs_open. */
export const LIST_OPEN_JOBS: string = `
  select ${JOB_COLUMNS} from reverie.jobs j join reverie.renders r on r.id = j.render
  where j.state in ('queued', 'leased')
  order by r.created_at, j.render, j.index`

/** $1 job. */
export const FIND_RECEIPT: string = 'select body from reverie.receipts where job = $1'
