import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ReverieError } from '@reverie/core'

/** A checkpoint's parts lie one folder down, a detector's graph too; what their graphs name, at most one more. */
const MAX_DEPTH = 3
const MAX_ENTRIES = 20_000

/**
 * Paths of the files of a folder, links to files too: hubs' caches are made of them.
 * @throws ReverieError `model_invalid` for a folder that is no model's
 */
export async function listLocal(folder: string): Promise<string[]> {
  const paths: string[] = []
  const visit = async (inside: string, depth: number): Promise<void> => {
    const entries = await readdir(join(folder, inside), { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) await visit(path, depth + 1)
      } else if (entry.isFile() || (await isLinkedFile(join(folder, path)))) paths.push(path)
      if (paths.length > MAX_ENTRIES) throw tooMany(folder)
    }
  }
  await visit('', 0)
  return paths
}

const isLinkedFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

const tooMany = (folder: string) =>
  new ReverieError(
    'model_invalid',
    `${folder} has more than ${MAX_ENTRIES} files: it is not a model's folder. Name that of one model`,
    { file: folder },
  )
