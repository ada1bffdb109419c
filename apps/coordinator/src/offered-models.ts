import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isReverieError, type Logger } from '@reverie/core'
import type { CatalogueModel } from '@reverie/dispatch'
import { manifestCid, readManifest } from '@reverie/models'

/**
 * Models whose manifests lie in the folders of `folder`, in order of name: what is offered beside the demo model. A
 * coordinator needs no weights, so files are not looked at. What is no manifest is left out with a word in the log; a
 * folder that does not exist holds none.
 */
export async function readOfferedModels(
  folder: string,
  logger: Logger,
): Promise<readonly CatalogueModel[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') {
        logger.warn('the folder of models cannot be read', { folder, reason: error.message })
      }
      return []
    },
  )
  // Folders with a dot hold what is not a model yet: downloads under way.
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
  const models: CatalogueModel[] = []
  for (const name of names.toSorted()) {
    try {
      const manifest = await readManifest(join(folder, name))
      models.push({ cid: manifestCid(manifest), manifest })
    } catch (error) {
      if (!isReverieError(error)) throw error
      logger.warn('a model is not offered', { folder: name, reason: error.message })
    }
  }
  return models
}
