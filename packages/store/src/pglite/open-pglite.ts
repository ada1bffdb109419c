import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { QUEUE_SCHEMA } from '../session-pool.ts'
import { durableStartParams, installFsync } from './durable-files.ts'
import { syncTree } from './sync-tree.ts'

/** Starts PGlite on a folder, made where it is missing, or in memory. Commits are on disk before they are answered. */
export async function openPglite(folder: string | undefined): Promise<PGlite> {
  const startParams = [
    ...durableStartParams(PGlite.defaultStartParams),
    ...['-c', `search_path=${QUEUE_SCHEMA}`],
  ]
  if (folder === undefined) return await PGlite.create({ startParams })
  const isNew = await isMissing(join(folder, 'PG_VERSION'))
  const pglite = await PGlite.create({ dataDir: folder, startParams })
  installFsync(pglite)
  // What was written before that must be on disk too, or the first commit would stand on nothing.
  if (isNew) await syncTree(folder)
  return pglite
}

const isMissing = (path: string): Promise<boolean> =>
  access(path).then(
    () => false,
    () => true,
  )
