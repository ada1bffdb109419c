import { type Lane, ReverieError } from '@reverie/core'
import type { Lanes } from './lanes.ts'
import type { QueueNotification, QueuePool } from './queue-pool.ts'

/** BullMQ notifies this channel, with the queue's name, in the transaction in which an entry starts to wait. */
const CHANNEL = 'bullmq_jobs'

/** What a healthy connection needs for a notification of its own is a few milliseconds. */
const PROBE_TIMEOUT_MS = 5_000

export interface WaitSignals {
  subscribe(listener: (lane: Lane) => void): () => void
  close(): void
}

/**
 * Hears of entries that start to wait, whichever process caused it, and proves it with a notification of its own.
 * @throws ReverieError `storage_unavailable` when that one does not come back
 */
export async function openWaitSignals(
  pool: QueuePool,
  lanes: Lanes,
  token: string,
): Promise<WaitSignals> {
  const listeners = new Set<(lane: Lane) => void>()
  const heard = Promise.withResolvers<void>()
  const probe = lanes.queueOf(`probe-${token}`)
  const client = await pool.connect()

  const onNotification = ({ channel, payload }: QueueNotification) => {
    if (channel !== CHANNEL || payload === undefined) return
    if (payload === probe) return heard.resolve()
    const lane = lanes.laneOf(payload)
    if (lane === undefined) return
    // Not from inside the connection's own reading: what a listener throws must not stop it.
    queueMicrotask(() => {
      for (const listener of [...listeners]) listener(lane)
    })
  }
  const close = () => {
    listeners.clear()
    client.removeAllListeners()
    client.release(true)
  }
  const timer = setTimeout(() => {
    heard.reject(
      new ReverieError(
        'storage_unavailable',
        `the database delivered no notification within ${PROBE_TIMEOUT_MS} ms; the queue needs LISTEN and NOTIFY on one session`,
      ),
    )
  }, PROBE_TIMEOUT_MS)

  try {
    client.on('notification', onNotification)
    await client.query(`listen ${CHANNEL}`)
    await pool.query('select pg_notify($1, $2)', [CHANNEL, probe])
    await heard.promise
  } catch (error) {
    close()
    throw error
  } finally {
    clearTimeout(timer)
  }
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close,
  }
}
