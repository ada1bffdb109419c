import { access, constants, mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Clock, Logger } from '@reverie/core'
import { isReverieError, ReverieError, systemClock } from '@reverie/core'
import type { Database } from './database.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite/open-pglite.ts'
import { createPgliteDatabase } from './pglite/pglite-database.ts'

/** Where records are kept: a folder of its own, made where missing, or memory, gone at the end. */
export type DatabasePlace =
  | { readonly folder: string; readonly memory?: never }
  | { readonly memory: true; readonly folder?: never }

const unusable = (folder: string, cause: unknown): ReverieError => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ReverieError(
    'data_folder_unusable',
    `the data folder ${folder} cannot be used: ${reason}; check its owner, its permissions and the free space`,
    { folder },
    { cause },
  )
}

async function prepareFolder(folder: string): Promise<FolderLock> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return await lockFolder(folder)
  } catch (error) {
    throw isReverieError(error) ? error : unusable(folder, error)
  }
}

/**
 * Opens the records' database, brings its tables up to date and takes its folder for this process alone.
 * @throws ReverieError `data_folder_unusable`, `storage_unavailable`
 */
export async function openDatabase(
  place: DatabasePlace,
  { logger, clock = systemClock }: { readonly logger: Logger; readonly clock?: Clock },
): Promise<Database> {
  const folder = place.folder === undefined ? undefined : resolve(place.folder)
  const lock = folder === undefined ? undefined : await prepareFolder(folder)
  const unlock = async () => lock?.release()
  let database: Database
  try {
    const pglite = await openPglite(folder && join(folder, 'postgres'))
    database = createPgliteDatabase({ pglite, clock, logger, onClosed: unlock })
  } catch (error) {
    await unlock()
    throw unusable(folder ?? 'memory', error)
  }
  try {
    await migrate(database, logger)
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}
