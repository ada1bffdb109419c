import { access } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isReverieError, ReverieError } from '@reverie/core'
import { externalFilesOf } from '../graph/external-files.ts'
import type { OpenOptions, OrtBackend, OrtSession } from '../runtime/ort-backend.ts'
import { missingFile } from './model-files.ts'

/** A graph of a model. */
export interface GraphPlace {
  /** Absolute path; an edited graph lies elsewhere than its model. */
  readonly file: string
  /** The model's. */
  readonly folder: string
  /** The graph's path in it, forward slashes. */
  readonly path: string
}

/**
 * Opens a graph. What fails names the file at fault as it is called in the model's folder: the graph, or the weights
 * beside it that are missing.
 * @throws ReverieError `model_file_missing`, `model_invalid`, `out_of_memory`, `device_unavailable`
 */
export async function openGraph(
  backend: OrtBackend,
  { file, folder, path }: GraphPlace,
  options?: OpenOptions,
): Promise<OrtSession> {
  await access(file).catch((cause: unknown) => {
    throw missingFile(path, folder, cause)
  })
  try {
    return await backend.open(file, options)
  } catch (cause) {
    if (!isReverieError(cause) || cause.code !== 'model_invalid') throw cause
    const missing = await missingWeights(file)
    if (missing !== undefined) throw missingFile(join(dirname(path), missing), folder, cause)
    const said = cause.message.replaceAll(file, path)
    throw new ReverieError(
      'model_invalid',
      `${path} cannot be used; it may be cut short, damaged or of another kind: install the model again. ${said}`,
      { file: path },
      { cause },
    )
  }
}

/** The first file of weights that a graph names and that is not there. */
async function missingWeights(file: string): Promise<string | undefined> {
  // A graph that cannot be read names none.
  const locations = await externalFilesOf(file).catch(() => [])
  for (const location of locations) {
    const isThere = await access(join(dirname(file), location)).then(
      () => true,
      () => false,
    )
    if (!isThere) return location
  }
  return undefined
}
