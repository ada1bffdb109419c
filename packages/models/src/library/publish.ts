import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type InstalledModel,
  isReverieError,
  type ModelManifest,
  ReverieError,
} from '@reverie/core'
import { syncFolder } from '../download/part-file.ts'
import { manifestCid } from '../manifest-cid.ts'
import { MANIFEST_FILE, readManifest } from '../read-manifest.ts'
import { pruneFolder, removeFolder } from './incoming.ts'

/** A model that lies in the library now. */
export interface PublishedModel extends InstalledModel {
  /** It was there before; nothing changed. */
  readonly isOld: boolean
}

/** Gives a complete staging folder its name in the library: visible at once, or not at all. */
export async function publish(
  models: string,
  staging: string,
  manifest: ModelManifest,
  { replace }: { readonly replace: boolean },
): Promise<PublishedModel> {
  const cid = manifestCid(manifest)
  const folder = join(models, manifest.name)
  await pruneFolder(staging, new Set(manifest.files.map(({ path }) => path)))
  const old = await manifestAt(folder)
  if (old !== undefined && manifestCid(old) === cid && !replace) {
    await rm(staging, { recursive: true, force: true })
    return { cid, manifest, folder, isOld: true }
  }
  if (!replace) await requireFree(models, manifest.name)
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`
  await writeFile(join(staging, MANIFEST_FILE), text, { flush: true })
  await syncFolder(staging)
  if (await exists(folder)) await removeFolder(models, folder)
  await rename(staging, folder)
  await syncFolder(models)
  return { cid, manifest, folder, isOld: false }
}

/** The manifest of a folder; undefined where there is none that can be read. */
export async function manifestAt(folder: string): Promise<ModelManifest | undefined> {
  try {
    return await readManifest(folder)
  } catch (error) {
    if (isReverieError(error)) return undefined
    throw error
  }
}

/** @throws ReverieError `invalid_option` */
export async function requireFree(models: string, name: string): Promise<void> {
  if (!(await exists(join(models, name)))) return
  throw new ReverieError(
    'invalid_option',
    `there is another model called ${name} in ${models}; give this one another name with --name, or say --replace`,
    { field: 'name' },
  )
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
