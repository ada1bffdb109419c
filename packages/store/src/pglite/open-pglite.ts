import { PGlite } from '@electric-sql/pglite'
import { QUEUE_SCHEMA } from '../session-pool.ts'
import { durableStartParams, installFsync } from './durable-files.ts'

/** Starts PGlite on a folder, made where it is missing, or in memory. */
export async function openPglite(folder: string | undefined): Promise<PGlite> {
  const startParams = [
    ...durableStartParams(PGlite.defaultStartParams),
    ...['-c', `search_path=${QUEUE_SCHEMA}`],
  ]
  const pglite = new PGlite(
    folder === undefined ? { startParams } : { dataDir: folder, startParams },
  )
  await pglite.waitReady
  if (folder !== undefined) installFsync(pglite)
  return pglite
}
