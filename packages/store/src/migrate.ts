import { readdir, readFile } from 'node:fs/promises'
import type { Logger } from '@reverie/core'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import type { Database } from './database.ts'

const MIGRATIONS = new URL('../migrations/', import.meta.url)
const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/

const Ledger = z.array(z.object({ version: z.int() }))

interface Migration {
  readonly version: number
  readonly name: string
}

async function listMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => FILE_NAME.test(name)).toSorted()
  return names.map((name) => ({ version: Number(name.slice(0, 4)), name }))
}

async function appliedVersion(database: Database): Promise<number> {
  await database.query('create schema if not exists reverie')
  await database.query(
    `create table if not exists reverie.migrations (
       version integer primary key, name text not null, applied_at bigint not null)`,
  )
  const rows = Ledger.parse(
    await database.query(
      'select max(version) as version from reverie.migrations having count(*) > 0',
    ),
  )
  return rows[0]?.version ?? 0
}

/**
 * Applies the numbered files that this database has not seen, each in its own transaction, and never goes back.
 * @throws ReverieError `storage_unavailable` when a newer Reverie wrote the database
 */
export async function migrate(database: Database, logger: Logger): Promise<void> {
  const migrations = await listMigrations()
  const known = migrations.at(-1)?.version ?? 0
  const applied = await appliedVersion(database)
  if (applied > known) {
    throw new ReverieError(
      'storage_unavailable',
      `the database is at version ${applied}, this Reverie knows up to ${known}; run the newer Reverie`,
      { applied, known },
    )
  }
  for (const { version, name } of migrations) {
    if (version <= applied) continue
    const statements = splitStatements(await readFile(new URL(name, MIGRATIONS), 'utf8'))
    await database.transaction(async (transaction) => {
      for (const statement of statements) await transaction.query(statement)
      await transaction.query('insert into reverie.migrations values ($1, $2, $3)', [
        version,
        name,
        Date.now(),
      ])
    })
    logger.info('database migrated', { version, name })
  }
}

/** Statements of a file in which no literal or comment holds a semicolon at a line's end. */
const splitStatements = (sql: string): readonly string[] =>
  sql
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
