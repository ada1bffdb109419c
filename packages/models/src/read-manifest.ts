import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ModelManifest, ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { inconsistency } from './consistency.ts'

export const MANIFEST_FILE = 'manifest.json'

/** Bytes: 200 files with the longest paths have under 80 KiB. */
const MAX_MANIFEST_BYTES = 128 * 1024

/**
 * Reads a folder's manifest.json.
 * @throws ReverieError `model_file_missing`, `model_invalid` with the field at fault
 */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const path = join(folder, MANIFEST_FILE)
  const invalid = (what: string, field?: string, cause?: unknown) =>
    new ReverieError(
      'model_invalid',
      `${path} ${what}`,
      { file: MANIFEST_FILE, ...(field === undefined ? {} : { field }) },
      { cause },
    )
  const text = await readBounded(path, invalid)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid(`is not JSON: ${(cause as Error).message}`, undefined, cause)
  }
  const parsed = z.safeParse(ModelManifest, value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') || '(root)'
    throw invalid(`is not a model manifest: field ${field}: ${issue?.message}`, field)
  }
  const wrong = inconsistency(parsed.data)
  if (wrong) throw invalid(`contradicts itself: ${wrong}`)
  return parsed.data
}

async function readBounded(path: string, invalid: (what: string) => ReverieError): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path)
  } catch (cause) {
    throw new ReverieError(
      'model_file_missing',
      `There is no readable ${path}: the folder is not a model, or make its manifest with scripts/make-manifest.ts`,
      { file: MANIFEST_FILE },
      { cause },
    )
  }
  try {
    const { size } = await file.stat()
    if (size > MAX_MANIFEST_BYTES) {
      throw invalid(`has ${size} bytes; at most ${MAX_MANIFEST_BYTES} are read`)
    }
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
