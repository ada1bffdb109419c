import type { WorkerRecords } from '@reverie/core'
import type { Database } from '../database.ts'
import { parseWorker, storableText } from './rows.ts'

/** $1 peer, $2 name, $3 at. */
const SEE_WORKER = `
  insert into reverie.workers as w (peer, name, first_seen_at, last_seen_at)
  values ($1, $2, $3, $3)
  on conflict (peer) do update
  set name = excluded.name, last_seen_at = greatest(w.last_seen_at, excluded.last_seen_at)`

/** $1 limit. */
const LIST_WORKERS = `
  select peer, name, first_seen_at, last_seen_at, completed, faults from reverie.workers
  order by last_seen_at desc, peer
  limit $1`

/** {@link WorkerRecords} in the database. */
export function createWorkerRecords(database: Database): WorkerRecords {
  return {
    async seen(peer, name, at) {
      await database.query(SEE_WORKER, [peer, storableText(name), at])
    },
    list: async (limit) => (await database.query(LIST_WORKERS, [limit])).map(parseWorker),
  }
}
