import { ReverieError } from '@reverie/core'
import { createPostgresBackend, type IQueueBackend, runMigrations } from 'bullmq'
import { queueError } from './queue-error.ts'
import type { QueuePool } from './queue-pool.ts'

const SCHEMA = 'bullmq'

/** BullMQ fails an entry that stalled more often than this: nothing may be dropped on its own. */
const NEVER_TOO_OFTEN = 2 ** 31 - 1

async function prepareSchema(pool: QueuePool): Promise<void> {
  const client = await pool.connect()
  try {
    await runMigrations(client, SCHEMA)
  } finally {
    client.release()
  }
}

/** BullMQ says it is ready without one of its own commands having run: with a wrong search_path the first add would fail. */
async function probe(backend: IQueueBackend): Promise<void> {
  try {
    await backend.getState('probe')
  } catch (cause) {
    throw new ReverieError(
      'storage_unavailable',
      `the queue's tables cannot be reached: set search_path=${SCHEMA} on the connections of the pool`,
      {},
      { cause },
    )
  }
}

/**
 * Brings BullMQ's tables up to date before anything else uses them, connects, and proves that its commands run.
 * @throws ReverieError `storage_unavailable`
 */
export async function openBackend(
  pool: QueuePool,
  options: { readonly name: string; readonly claimMs: number },
): Promise<IQueueBackend> {
  try {
    await prepareSchema(pool)
    const settings = {
      connection: pool,
      lockDuration: options.claimMs,
      // We decide when to look for expired claims, BullMQ does not hold us back.
      stalledInterval: 0,
      maxStalledCount: NEVER_TOO_OFTEN,
    }
    const backend = createPostgresBackend(options.name, settings)
    await backend.waitUntilReady()
    await probe(backend)
    return backend
  } catch (error) {
    throw queueError(error, 'start')
  }
}
