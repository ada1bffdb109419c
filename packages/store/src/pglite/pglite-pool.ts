import { EventEmitter } from 'node:events'
import type { PGlite, Transaction } from '@electric-sql/pglite'
import type {
  PoolNotification,
  PoolResult,
  SessionPool,
  SessionPoolClient,
} from '../session-pool.ts'

/** What PGlite and its transactions have in common. */
type Session = Pick<Transaction, 'query' | 'exec'>

/** Without parameters a text may hold several statements, which only the simple protocol takes. */
async function run<R>(
  session: Session,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<PoolResult<R>> {
  const result =
    parameters.length > 0
      ? await session.query<R>(text, [...parameters])
      : (await session.exec(text)).at(-1)
  return {
    rows: (result?.rows ?? []) as R[],
    rowCount: result?.rowCount ?? result?.affectedRows ?? null,
  }
}

/** A transaction that stays open until it is told to end: PGlite's own lock keeps every other query waiting. */
interface OpenTransaction {
  readonly session: Transaction
  end(how: 'commit' | 'rollback'): Promise<void>
}

async function openTransaction(pglite: PGlite): Promise<OpenTransaction> {
  const opened = Promise.withResolvers<Transaction>()
  const ending = Promise.withResolvers<'commit' | 'rollback'>()
  const finished = pglite.transaction(async (session) => {
    opened.resolve(session)
    if ((await ending.promise) === 'rollback') await session.rollback()
  })
  finished.catch(opened.reject)
  const session = await opened.promise
  return {
    session,
    async end(how) {
      ending.resolve(how)
      await finished
    },
  }
}

/**
 * A client of the one session. `BEGIN` takes PGlite's transaction lock and the queries up to `COMMIT` or `ROLLBACK` run
 * under it, so that transactions of the queue and of the records cannot mix.
 */
class PgliteClient extends EventEmitter implements SessionPoolClient {
  readonly #pglite: PGlite
  readonly #onRelease: (client: PgliteClient) => void
  #transaction: OpenTransaction | undefined

  constructor(pglite: PGlite, onRelease: (client: PgliteClient) => void) {
    super()
    // Every consumer that waits for a lane listens on its own.
    this.setMaxListeners(0)
    this.#pglite = pglite
    this.#onRelease = onRelease
  }

  async query<R>(text: string, parameters?: readonly unknown[]): Promise<PoolResult<R>> {
    const command = /^\s*(begin|commit|rollback)\b/i.exec(text)?.[1]?.toLowerCase()
    if (command === 'begin') {
      this.#transaction = await openTransaction(this.#pglite)
    } else if (command === 'commit' || command === 'rollback') {
      await this.#end(command)
    } else {
      return run(this.#transaction?.session ?? this.#pglite, text, parameters)
    }
    return { rows: [], rowCount: null }
  }

  release(): void {
    this.#onRelease(this)
    this.removeAllListeners()
    this.#end('rollback').catch(() => {
      // The database went away with the transaction: there is nothing left to roll back.
    })
  }

  async #end(how: 'commit' | 'rollback'): Promise<void> {
    const transaction = this.#transaction
    this.#transaction = undefined
    await transaction?.end(how)
  }
}

/** PGlite in the shape of a `pg.Pool`: clients share the one session and hear every notification. */
export class PglitePool extends EventEmitter implements SessionPool {
  readonly options = { keepAlive: true }
  readonly #pglite: PGlite
  readonly #clients = new Set<PgliteClient>()

  constructor(pglite: PGlite) {
    super()
    this.setMaxListeners(0)
    this.#pglite = pglite
    pglite.onNotification((channel, payload) => this.#deliver({ channel, payload }))
  }

  query<R>(text: string, parameters?: readonly unknown[]): Promise<PoolResult<R>> {
    return run(this.#pglite, text, parameters)
  }

  async connect(): Promise<SessionPoolClient> {
    const client = new PgliteClient(this.#pglite, (released) => this.#clients.delete(released))
    this.#clients.add(client)
    this.emit('connect', client)
    return client
  }

  async end(): Promise<void> {}

  #deliver(message: PoolNotification): void {
    for (const client of this.#clients) client.emit('notification', message)
  }
}
