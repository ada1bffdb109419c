import type { InstalledModel, JobSpec, RenderInputs } from '@reverie/core'
import { formatSettings } from '@reverie/settings'
import { ENGINE_VERSION } from '../version.ts'

/** The settings text that a picture's file carries. */
export function statedSettings(
  { manifest }: InstalledModel,
  job: JobSpec,
  { models = new Map() }: RenderInputs,
): string {
  const further = new Map([...models].map(([cid, model]) => [cid, model.manifest]))
  return formatSettings(job, { model: manifest, further }, `reverie ${ENGINE_VERSION}`)
}
