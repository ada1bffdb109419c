import { ModelFile, ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import type { ChosenFile } from './choose-files.ts'

/** As many as a manifest lists. */
const MAX_FILES = 200

/**
 * Makes sure that a manifest can name the files, before gigabytes of them are fetched.
 * @throws ReverieError `model_invalid`
 */
export function requireListable(files: readonly ChosenFile[]): void {
  const bad = files.find(({ to }) => !z.safeParse(ModelFile.shape.path, to).success)
  if (bad !== undefined) {
    throw new ReverieError(
      'model_invalid',
      `a manifest cannot name ${JSON.stringify(bad.to.slice(0, 200))}; export the model again with its weights in one file`,
      { file: bad.to.slice(0, 200), accepted: 'letters, digits, dots, dashes and underscores' },
    )
  }
  if (files.length <= MAX_FILES) return
  throw new ReverieError(
    'model_invalid',
    `the model has ${files.length} files, each weight in its own; a manifest lists ${MAX_FILES}. Export it again with its weights in one file a graph`,
    { files: files.length, accepted: `${MAX_FILES}` },
  )
}
