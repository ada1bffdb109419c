import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isReverieError, type ManifestCid, type ModelManifest, ReverieError } from '@reverie/core'
import { manifestCid } from '../manifest-cid.ts'
import { readManifest } from '../read-manifest.ts'

/** A folder of the library; its files are not looked at. */
export interface InstalledFolder {
  readonly folder: string
  /** Undefined where the manifest cannot be read: `problem` says why. */
  readonly manifest: ModelManifest | undefined
  readonly cid: ManifestCid | undefined
  readonly problem: ReverieError | undefined
}

/** Every folder of the library that is, or was meant to be, a model. */
export async function listInstalled(models: string): Promise<InstalledFolder[]> {
  const entries = await readdir(models, { withFileTypes: true }).catch(() => [])
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => join(models, name))
    .toSorted()
  return Promise.all(folders.map(inspect))
}

async function inspect(folder: string): Promise<InstalledFolder> {
  try {
    const manifest = await readManifest(folder)
    return { folder, manifest, cid: manifestCid(manifest), problem: undefined }
  } catch (error) {
    if (!isReverieError(error)) throw error
    return { folder, manifest: undefined, cid: undefined, problem: error }
  }
}

/**
 * Finds a model of the library by name, by CID or, where its manifest is broken, by its folder's name.
 * @throws ReverieError `model_not_found`
 */
export async function findInstalled(models: string, nameOrCid: string): Promise<InstalledFolder> {
  const all = await listInstalled(models)
  const found =
    all.find(({ cid }) => cid === nameOrCid) ??
    all.find(({ manifest }) => manifest?.name === nameOrCid) ??
    all.find(({ folder, manifest }) => !manifest && folder === join(models, nameOrCid))
  if (found !== undefined) return found
  const names = all.flatMap(({ manifest }) => (manifest ? [manifest.name] : [])).join(', ')
  throw new ReverieError(
    'model_not_found',
    `${models} holds no model ${JSON.stringify(nameOrCid.slice(0, 200))}; there is: ${names || 'none'}`,
    { field: 'model', accepted: names || 'none' },
  )
}
