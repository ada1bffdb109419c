import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'

const MAX_CONFIG_BYTES = 1024 * 1024

/**
 * Reads a text file of a model folder.
 * @throws ReverieError `model_file_missing`; `model_invalid` when it is larger than `maxBytes`
 */
export async function readModelText(
  folder: string,
  path: string,
  maxBytes: number = MAX_CONFIG_BYTES,
): Promise<string> {
  const file = join(folder, path)
  try {
    const { size } = await stat(file)
    if (size > maxBytes) {
      throw new ReverieError(
        'model_invalid',
        `${path} has ${size} bytes; at most ${maxBytes} are taken for this file`,
        { file: path },
      )
    }
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof ReverieError) throw cause
    throw missingFile(path, folder, cause)
  }
}

/**
 * Reads and checks a JSON file of a model folder.
 * @throws ReverieError `model_file_missing`, `model_invalid`
 */
export async function readModelJson<T extends z.ZodMiniType>(
  folder: string,
  path: string,
  schema: T,
  maxBytes?: number,
): Promise<z.infer<T>> {
  const text = await readModelText(folder, path, maxBytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ReverieError(
      'model_invalid',
      `${path} is not JSON: ${(cause as Error).message}`,
      { file: path },
      { cause },
    )
  }
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ReverieError(
    'model_invalid',
    `${path}: field ${issue?.path.join('.') || '(root)'}: ${issue?.message ?? 'invalid'}`,
    { file: path },
  )
}

/**
 * The same for a file that old exports leave out: what the schema makes of nothing where it is missing.
 * @throws ReverieError `model_invalid`
 */
export async function readOptionalJson<T extends z.ZodMiniType>(
  folder: string,
  path: string,
  schema: T,
): Promise<z.infer<T>> {
  const isThere = await stat(join(folder, path)).then(
    () => true,
    () => false,
  )
  return isThere ? readModelJson(folder, path, schema) : z.parse(schema, {})
}

export const missingFile = (path: string, folder: string, cause: unknown): ReverieError =>
  new ReverieError(
    'model_file_missing',
    `${path} cannot be read in the model folder ${folder}; install the model again`,
    { file: path },
    { cause },
  )
