import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { externalFilesOf } from '../graph/external-files.ts'

/** The name of the graph in each part's folder. */
export const GRAPH = 'model.onnx'

/** Files beside a graph that hold no weights. */
const NO_WEIGHTS = /\.(?:json|txt|md)$/

/** Bytes of a graph and of the weights beside it, 0 where there is none: what its session takes at least. */
export async function graphBytes(file: string): Promise<number> {
  const folder = dirname(file)
  const beside = await readdir(folder).catch(() => [])
  // Reading a graph takes a while where all weights are inside it: only done where some may be outside.
  const hasMore = beside.some((name) => name !== basename(file) && !NO_WEIGHTS.test(name))
  const external = hasMore ? await externalFilesOf(file) : []
  const sizes = await Promise.all(
    [file, ...external.map((name) => join(folder, name))].map(async (path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
