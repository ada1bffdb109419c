import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { InstalledModel } from '@reverie/core'
import { openGraph } from '../pipeline/open-graph.ts'
import { type ModelCall, timedSession } from '../pipeline/timed-session.ts'
import type { OrtBackend, OrtSession } from '../runtime/ort-backend.ts'

export interface CompanionModules {
  readonly backend: OrtBackend
  /** Hears of every finished call of a graph. */
  readonly onCall?: (call: ModelCall) => void
}

/**
 * Opens a graph of a model that works on finished pictures.
 * @throws ReverieError `model_file_missing`, `model_invalid`, `out_of_memory`
 */
export async function openCompanion(
  { backend, onCall = () => {} }: CompanionModules,
  { folder }: Pick<InstalledModel, 'folder'>,
  part: ModelCall['part'],
  path = 'model.onnx',
): Promise<OrtSession> {
  const place = { file: join(folder, path), folder, path }
  return timedSession(part, await openGraph(backend, place), onCall)
}

/** Whether the model has this graph beside its main one. */
export const hasGraph = (
  { folder }: Pick<InstalledModel, 'folder'>,
  path: string,
): Promise<boolean> =>
  access(join(folder, path)).then(
    () => true,
    () => false,
  )
