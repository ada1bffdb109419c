import { ModelManifest, ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { inconsistency } from './consistency.ts'

/**
 * Checks a manifest that was made or fetched.
 * @throws ReverieError `model_invalid` with the field at fault
 */
export function checkManifest(value: unknown): ModelManifest {
  const parsed = z.safeParse(ModelManifest, value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') || '(root)'
    throw new ReverieError(
      'model_invalid',
      `This makes no manifest: field ${field}: ${issue?.message}`,
      {
        field,
      },
    )
  }
  const wrong = inconsistency(parsed.data)
  if (wrong) throw new ReverieError('model_invalid', `The fields contradict each other: ${wrong}`)
  return parsed.data
}
