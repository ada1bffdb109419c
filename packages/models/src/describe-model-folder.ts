import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelManifest } from '@reverie/core'
import { checkManifest } from './check-manifest.ts'
import { hashFile } from './hash-file.ts'

/** What a manifest says besides its files. */
export type ManifestFields = Omit<ModelManifest, 'v' | 'files'>

/** The one file outside the parts' folders that a checkpoint needs to run; the rest beside it is documentation. */
const TOP_LEVEL_FILE = 'model_index.json'
/** What a model without parts does not run from. */
const DOCUMENTS = /(?:^manifest\.json|\.(?:md|txt|png|jpe?g|webp))$/i

/**
 * Makes the manifest of a folder in optimum's layout: model_index.json and every file in the folders of its parts, or,
 * of a model without parts (a LoRA, an upscaler), every file but documents; in order of path.
 * @throws ReverieError `model_invalid` when fields or file names do not make a valid manifest
 */
export async function describeModelFolder(
  folder: string,
  fields: ManifestFields,
): Promise<ModelManifest> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const all = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .map((path) => path.replaceAll('\\', '/'))
  const hasParts = all.includes(TOP_LEVEL_FILE)
  const paths = all
    .filter(
      (path) => path.includes('/') || (hasParts ? path === TOP_LEVEL_FILE : !DOCUMENTS.test(path)),
    )
    .sort()
  const files: { path: string; size: number; sha256: string }[] = []
  for (const path of paths) files.push({ path, ...(await hashFile(join(folder, path))) })
  return checkManifest({ v: 1, ...fields, files })
}
