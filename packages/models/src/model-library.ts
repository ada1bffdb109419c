import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type InstalledModel, isReverieError, ReverieError } from '@reverie/core'
import { type OpenModelOptions, openModelFolder } from './open-model-folder.ts'
import { MANIFEST_FILE } from './read-manifest.ts'

export interface ModelLibraryOptions extends OpenModelOptions {
  /**
   * Folders to look in. One that holds a manifest.json is a model; of any other, each direct subfolder that holds one
   * is, but for those with a dot: they hold downloads under way. A folder that does not exist holds no models.
   */
  readonly folders: readonly string[]
}

/** A model that is there and cannot be used. */
export interface BrokenModel {
  readonly folder: string
  readonly error: ReverieError
}

/** The models of this machine, verified when the library was made. */
export interface ModelLibrary {
  /** In the order of the folders; each CID once. */
  list(): readonly InstalledModel[]
  /** What could not be opened, and why. */
  broken(): readonly BrokenModel[]
  /** By CID or by name; of two with one name, the first. @throws ReverieError `model_not_found` */
  find(nameOrCid: string): InstalledModel
}

/**
 * Opens and verifies every model in the folders. One broken model does not keep the others out: see
 * {@link ModelLibrary.broken}.
 */
export async function createModelLibrary({
  folders,
  ...options
}: ModelLibraryOptions): Promise<ModelLibrary> {
  const models = new Map<string, InstalledModel>()
  const broken: BrokenModel[] = []
  for (const folder of (await Promise.all(folders.map(modelFolders))).flat()) {
    try {
      const model = await openModelFolder(folder, options)
      if (!models.has(model.cid)) models.set(model.cid, model)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!isReverieError(error)) throw error
      broken.push({ folder, error })
    }
  }
  const list = [...models.values()]
  return {
    list: () => list,
    broken: () => broken,
    find: (nameOrCid) => {
      const found =
        models.get(nameOrCid) ?? list.find(({ manifest }) => manifest.name === nameOrCid)
      if (found) return found
      throw notFound(nameOrCid, list, broken)
    },
  }
}

async function modelFolders(folder: string): Promise<readonly string[]> {
  if (await exists(join(folder, MANIFEST_FILE))) return [resolve(folder)]
  if (!(await exists(folder))) return []
  const entries = await readdir(folder, { withFileTypes: true })
  const candidates = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => resolve(folder, entry.name))
    .sort()
  const found = await Promise.all(candidates.map((path) => exists(join(path, MANIFEST_FILE))))
  return candidates.filter((_, i) => found[i])
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

function notFound(
  wanted: string,
  list: readonly InstalledModel[],
  broken: readonly BrokenModel[],
): ReverieError {
  const names = list.map(({ manifest }) => manifest.name).join(', ') || 'none'
  const problems = broken.map(({ error }) => ` Not usable: ${error.message}.`).join('')
  return new ReverieError(
    'model_not_found',
    `No model has the name or CID "${wanted.slice(0, 200)}". Installed: ${names}.${problems}`,
    { field: 'model', accepted: names },
  )
}
