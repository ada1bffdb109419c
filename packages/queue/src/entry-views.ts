import type { JobId, Lane } from '@reverie/core'
import { JobId as JobIdSchema } from '@reverie/core'
import * as z from 'zod/mini'
import type { Lanes } from './lanes.ts'
import type { QueuePool } from './queue-pool.ts'

// BullMQ sees one queue at a time; these read across all lanes in one statement. Changes go through BullMQ alone.

/** Finds an entry's lane by job. BullMQ's own index starts with the queue. */
const INDEX_BY_ID = 'create index if not exists reverie_job_by_id on bullmq.job (id)'

/** $1 prefix. */
const LIST_ENTRIES = 'select id from bullmq.job where starts_with(queue, $1)'

/** $1 prefix. */
const COUNT_WAITING = `
  select queue, count(*)::integer as count from bullmq.job
  where state = 'waiting' and starts_with(queue, $1)
  group by queue`

/** $1 ids. Of every queue, so that the index by id serves it. */
const FIND_ENTRIES = 'select id, queue, state::text from bullmq.job where id = any($1::text[])'

/** $1 ids, $2 prefix. No row for an entry that does not wait. */
const RANK_WAITING = `
  select id, place from (
    select id, (row_number() over (partition by queue order by priority, seq) - 1)::integer as place
    from bullmq.job
    where state = 'waiting' and queue in (
      select queue from bullmq.job where id = any($1::text[]) and starts_with(queue, $2)
    )
  ) ranked
  where id = any($1::text[])`

/** $1 prefix, $2 now. */
const LIST_EXPIRED = `
  select distinct queue from bullmq.job
  where state = 'active' and locked_until_ms < $2 and starts_with(queue, $1)`

const IdRow = z.object({ id: JobIdSchema })
const QueueRow = z.object({ queue: z.string() })
const RankRow = z.object({ id: JobIdSchema, place: z.int() })
const LaneCountRow = z.object({ queue: z.string(), count: z.int() })
const PlaceRow = z.object({ id: JobIdSchema, queue: z.string(), state: z.string() })

/** Where an entry is. */
interface EntryPlace {
  readonly job: JobId
  readonly lane: Lane
  readonly isClaimed: boolean
}

export interface EntryViews {
  entries(): Promise<readonly JobId[]>
  waiting(): Promise<ReadonlyMap<Lane, number>>
  positions(jobs: readonly JobId[]): Promise<ReadonlyMap<JobId, number>>
  find(jobs: readonly JobId[]): Promise<readonly EntryPlace[]>
  /** Lanes with a claim that has expired at `now`. */
  expired(now: number): Promise<readonly Lane[]>
}

export async function createEntryViews(pool: QueuePool, lanes: Lanes): Promise<EntryViews> {
  const { prefix } = lanes
  await pool.query(INDEX_BY_ID)
  const laneOf = (queue: string) => lanes.laneOf(queue) ?? queue
  const read = async <T extends z.ZodMiniType>(schema: T, sql: string, values: unknown[]) =>
    (await pool.query<unknown>(sql, values)).rows.map((row): z.infer<T> => schema.parse(row))

  return {
    entries: async () => (await read(IdRow, LIST_ENTRIES, [prefix])).map((row) => row.id),
    async waiting() {
      const rows = await read(LaneCountRow, COUNT_WAITING, [prefix])
      return new Map(rows.map((row) => [laneOf(row.queue), row.count]))
    },
    async positions(jobs) {
      if (jobs.length === 0) return new Map()
      const rows = await read(RankRow, RANK_WAITING, [jobs, prefix])
      return new Map(rows.map(({ id, place }) => [id, place]))
    },
    find: async (jobs) =>
      (await read(PlaceRow, FIND_ENTRIES, [jobs])).flatMap(({ id, queue, state }) => {
        const lane = lanes.laneOf(queue)
        return lane === undefined ? [] : [{ job: id, lane, isClaimed: state === 'active' }]
      }),
    expired: async (now) =>
      (await read(QueueRow, LIST_EXPIRED, [prefix, now])).map((row) => laneOf(row.queue)),
  }
}
