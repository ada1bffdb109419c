import { type InstalledModel, kindOf, type Logger, ReverieError } from '@reverie/core'
import { demoModelFolder } from '@reverie/demo-model'
import { createModelLibrary, openModelFolder } from '@reverie/models'

/** A profile names no more. */
const MAX_MODELS = 500

/** Models that a worker offers, of every kind. */
export interface InstalledModels {
  /** The one that draws first: it is loaded at the start. */
  readonly first: InstalledModel
  readonly all: readonly InstalledModel[]
}

export const isCheckpoint = ({ manifest }: InstalledModel): boolean =>
  kindOf(manifest) === 'checkpoint'

/**
 * Opens and verifies the models that were named (the demo model where none was) and every one in the library folder. A
 * named one must open; a broken one of the library is left out with a word in the log.
 * @throws ReverieError `invalid_option` when none of them draws; as {@link openModelFolder} for a named one
 */
export async function openInstalledModels(
  { named, library }: { readonly named: readonly string[]; readonly library: string },
  logger: Logger,
): Promise<InstalledModels> {
  const folders = named.length > 0 ? named : [demoModelFolder]
  const opened = await Promise.all(folders.map((folder) => openModelFolder(folder)))
  const { list, broken } = await createModelLibrary({ folders: [library] })
  for (const { folder, error } of broken()) {
    logger.warn('a model is not offered', { folder, code: error.code, reason: error.message })
  }
  const byCid = new Map([...opened, ...list()].map((model) => [model.cid, model]))
  const all = [...byCid.values()].slice(0, MAX_MODELS)
  const first = all.find(isCheckpoint)
  if (first) return { first, all }
  throw new ReverieError(
    'invalid_option',
    `none of ${all.map(({ manifest }) => manifest.name).join(', ')} draws by itself; name a checkpoint with --model`,
    { field: 'model' },
  )
}
