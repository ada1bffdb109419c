import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { Clock, Logger } from '@reverie/core'
import type { Database, Queryable } from '../database.ts'
import { databaseError } from '../database-error.ts'
import { PglitePool } from './pglite-pool.ts'
import { startVacuum } from './vacuum.ts'

/** The commit of this transaction is on disk before it is answered. */
const WAIT_FOR_DISK = 'set local synchronous_commit = on'

const queryableOn = (session: Pick<Transaction, 'query'>): Queryable => ({
  async query(sql, parameters = []) {
    try {
      return (await session.query(sql, [...parameters])).rows
    } catch (error) {
      throw databaseError(error)
    }
  },
})

export interface PgliteDatabaseModules {
  /** Open; the database closes it. */
  readonly pglite: PGlite
  readonly clock: Clock
  readonly logger: Logger
  /** Runs after it is closed, whatever happened. */
  readonly onClosed: () => Promise<void>
}

/** {@link Database} over PGlite. */
export function createPgliteDatabase(modules: PgliteDatabaseModules): Database {
  const { pglite, clock, logger, onClosed } = modules
  const stopVacuum = startVacuum({ clock, logger, exec: (sql) => pglite.exec(sql) })
  let closing: Promise<void> | undefined
  const close = async () => {
    try {
      await stopVacuum()
      await pglite.close()
    } finally {
      await onClosed()
    }
  }
  const transaction: Database['transaction'] = async (work) => {
    let failure: { readonly error: unknown } | undefined
    try {
      return await pglite.transaction(async (session) => {
        try {
          await session.exec(WAIT_FOR_DISK)
          return await work(queryableOn(session))
        } catch (error) {
          failure = { error }
          throw error
        }
      })
    } catch (error) {
      // What the work threw is its caller's; the rest is BEGIN and COMMIT.
      throw failure?.error === error ? error : databaseError(error)
    }
  }
  return {
    ...queryableOn(pglite),
    pool: new PglitePool(pglite),
    transaction,
    durably: (sql, parameters) => transaction((session) => session.query(sql, parameters)),
    close() {
      closing ??= close()
      return closing
    },
  }
}
