import { join } from 'node:path'
import type { ModelManifest } from '@reverie/core'
import { chooseFiles, externalFiles } from './describe/choose-files.ts'
import { readGraphFacts } from './describe/graph-facts.ts'
import { makeManifest, type StatedModel } from './describe/make-manifest.ts'
import type { FileHash } from './download/download-files.ts'
import { hashFile } from './hash-file.ts'
import { listLocal } from './import/list-local.ts'

/**
 * Makes the manifest of a folder where it lies: what it is, is read from its files.
 * @throws ReverieError `model_invalid`, `model_file_missing`, `invalid_option` where something has to be said
 */
export async function detectModelFolder(
  folder: string,
  stated: StatedModel,
): Promise<ModelManifest> {
  const paths = await listLocal(folder)
  const choice = chooseFiles(paths, folder)
  const chosen = new Set(choice.files.map(({ from }) => from))
  for (const graph of choice.graphs) {
    const { locations } = await readGraphFacts(join(folder, graph.from), graph.from)
    for (const { from } of externalFiles(graph, locations, paths)) chosen.add(from)
  }
  const hashes: FileHash[] = []
  for (const path of chosen) hashes.push({ path, ...(await hashFile(join(folder, path))) })
  return makeManifest(folder, choice.form, hashes, stated)
}
