import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'

const MAX_CONFIG_BYTES = 1024 * 1024

/**
 * Reads a JSON file of a model folder; what the schema makes of an empty object where it is not there.
 * @throws ReverieError `model_invalid`
 */
export async function readModelJson<T extends z.ZodMiniType>(
  folder: string,
  path: string,
  schema: T,
  maxBytes: number = MAX_CONFIG_BYTES,
): Promise<z.infer<T>> {
  const invalid = (what: string, cause?: unknown) =>
    new ReverieError('model_invalid', `${path} ${what}`, { file: path }, { cause })
  const file = await open(join(folder, path)).catch(() => undefined)
  if (file === undefined) return z.parse(schema, {})
  let value: unknown
  try {
    const { size } = await file.stat()
    if (size > maxBytes) throw invalid(`has ${size} bytes; at most ${maxBytes} are read`)
    value = JSON.parse(await file.readFile('utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw invalid(`is not JSON: ${cause.message}`, cause)
    throw cause
  } finally {
    await file.close()
  }
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`: field ${issue?.path.join('.') || '(root)'}: ${issue?.message}`)
}
