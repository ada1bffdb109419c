import { EventEmitter } from 'node:events'
import { PGlite } from '@electric-sql/pglite'
import type { QueuePool, QueuePoolClient, QueuePoolResult } from '@reverie/queue'

type Query = <R>(text: string, parameters?: readonly unknown[]) => Promise<QueuePoolResult<R>>

class Client extends EventEmitter implements QueuePoolClient {
  readonly query: Query
  readonly #onRelease: () => void

  constructor(query: Query, onRelease: () => void) {
    super()
    this.setMaxListeners(0)
    this.query = query
    this.#onRelease = onRelease
  }

  release(): void {
    this.#onRelease()
    this.removeAllListeners()
  }
}

class Pool extends EventEmitter implements QueuePool {
  readonly options = { keepAlive: true }
  readonly query: Query
  readonly #clients = new Set<Client>()

  constructor(query: Query) {
    super()
    this.setMaxListeners(0)
    this.query = query
  }

  async connect(): Promise<QueuePoolClient> {
    const client: Client = new Client(this.query, () => this.#clients.delete(client))
    this.#clients.add(client)
    return client
  }

  async end(): Promise<void> {}

  deliver(channel: string, payload: string): void {
    for (const client of this.#clients) client.emit('notification', { channel, payload })
  }
}

/** One process's pool on a database that others share. */
export interface MortalPool {
  readonly pool: QueuePool
  /** From here on nothing is answered and nothing is heard, as by a process that was killed. */
  kill(): void
}

export interface TestDatabase {
  connect(): MortalPool
  query: Query
  close(): Promise<void>
}

export interface TestDatabaseOptions {
  /** What unqualified names of the pools mean. */
  readonly searchPath?: string
  /** Kept there instead of in memory, with PGlite's own settings: nothing is forced to disk. */
  readonly folder?: string
}

/**
 * PGlite with a pool per simulated process. Transactions of clients are not kept apart: open queues one after another,
 * only then do anything else.
 */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { searchPath = 'bullmq', folder } = options
  const pglite = await PGlite.create({
    ...(folder !== undefined && { dataDir: folder }),
    startParams: [...PGlite.defaultStartParams, '-c', `search_path=${searchPath}`],
  })
  const query: Query = async <R>(text: string, parameters: readonly unknown[] = []) => {
    const result =
      parameters.length > 0
        ? await pglite.query<R>(text, [...parameters])
        : (await pglite.exec(text)).at(-1)
    return { rows: (result?.rows ?? []) as R[], rowCount: result?.rowCount ?? null }
  }
  const never = new Promise<never>(() => {})
  return {
    query,
    connect() {
      let isAlive = true
      const pool = new Pool(async (text, parameters) => (isAlive ? query(text, parameters) : never))
      pglite.onNotification((channel, payload) => {
        if (isAlive) pool.deliver(channel, payload)
      })
      return {
        pool,
        kill: () => {
          isAlive = false
        },
      }
    },
    close: () => pglite.close(),
  }
}
