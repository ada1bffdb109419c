import type { InstalledModel } from '@reverie/core'
import { latentSizeOf } from '../pipeline/geometry.ts'
import { type GuidanceMeasure, measureGuidance } from '../pipeline/measure-guidance.ts'
import type { GuidanceMode, Pipeline } from '../pipeline/pipeline.ts'
import type { SizeTable } from './memory/size-table.ts'

/** Two calls must be clearly quicker: a choice that wavers would change the last bits from one machine to its twin. */
const CLEARLY = 1.1

/**
 * How guidance is computed on this device: measured once for each model, at its default size, and remembered, so that
 * every later picture is computed the same way.
 */
export async function chooseGuidance(
  pipeline: Pipeline,
  { cid, manifest }: InstalledModel,
  sizes: SizeTable,
  measure: (
    ...args: Parameters<typeof measureGuidance>
  ) => Promise<GuidanceMeasure> = measureGuidance,
): Promise<GuidanceMode> {
  const known = sizes.guidance(cid)
  if (known !== undefined) return known
  const { batchedMs, splitMs } = await measure(pipeline, latentSizeOf(manifest.defaults))
  const chosen = batchedMs > splitMs * CLEARLY ? 'split' : 'batched'
  sizes.chose(cid, chosen)
  return chosen
}
