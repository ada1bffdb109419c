import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { Database, Queryable } from '../database.ts'
import { databaseError } from '../database-error.ts'
import { PglitePool } from './pglite-pool.ts'

const queryableOn = (session: Pick<Transaction, 'query'>): Queryable => ({
  async query(sql, parameters = []) {
    try {
      return (await session.query(sql, [...parameters])).rows
    } catch (error) {
      throw databaseError(error)
    }
  },
})

/** {@link Database} over an open PGlite. @param onClosed runs after it is closed, whatever happened */
export function createPgliteDatabase(pglite: PGlite, onClosed: () => Promise<void>): Database {
  let closing: Promise<void> | undefined
  const close = async () => {
    try {
      await pglite.close()
    } finally {
      await onClosed()
    }
  }
  return {
    ...queryableOn(pglite),
    pool: new PglitePool(pglite),
    async transaction(work) {
      try {
        return await pglite.transaction((transaction) => work(queryableOn(transaction)))
      } catch (error) {
        throw databaseError(error)
      }
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}
