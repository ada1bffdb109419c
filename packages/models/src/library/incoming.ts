import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sizeOf } from '../download/part-file.ts'

/** Folder inside the models folder for what is not a model yet, or no more: on the same disk, so that a rename is enough. */
const INCOMING = '.incoming'
const REMOVED = 'removed-'

/** Where a model is put together. The same source has the same folder, so that a second pull finds what the first left. */
export const stagingFolder = (models: string, name: string, source: string): string =>
  join(
    models,
    INCOMING,
    `${name}-${createHash('sha256').update(source).digest('hex').slice(0, 12)}`,
  )

export async function prepareIncoming(models: string): Promise<void> {
  const folder = join(models, INCOMING)
  await mkdir(folder, { recursive: true })
  // What a removal that was killed had no time to delete.
  const left = (await readdir(folder)).filter((name) => name.startsWith(REMOVED))
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}

/** Takes a folder out of sight at once, and deletes it then. */
export async function removeFolder(models: string, folder: string): Promise<void> {
  await mkdir(join(models, INCOMING), { recursive: true })
  const away = join(models, INCOMING, `${REMOVED}${randomUUID()}`)
  await rename(folder, away)
  await rm(away, { recursive: true, force: true })
}

/** Deletes files of an earlier pull that this one has no use for. */
export async function pruneFolder(folder: string, wanted: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
    const inside = path.slice(folder.length + 1).replaceAll('\\', '/')
    if (!wanted.has(inside)) await rm(path, { force: true })
  }
}

/** Bytes of these files that lie in the folder already, complete or in part. */
export async function bytesHere(folder: string, paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    paths.map(async (path) => {
      const whole = await sizeOf(join(folder, path))
      return whole || (await sizeOf(join(folder, `${path}.part`)))
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
