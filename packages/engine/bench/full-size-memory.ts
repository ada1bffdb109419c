import type { InstalledModel } from '@reverie/core'
import type { BenchOptions, Figure } from './figure.ts'
import { FULL_SIZE_TABLE, fullSizeJob } from './full-size-model.ts'
import { measureMemory, megabytes } from './measure-memory.ts'

/** What the engine falls back to at this size when memory is short. */
const TILE = 32

/** What memory the model takes, and what tiles save. */
export async function fullSizeMemory(
  model: InstalledModel,
  { progress }: Pick<BenchOptions, 'progress'>,
): Promise<Figure[]> {
  progress(
    'a process of its own loads it and draws twice, one step each: the VAE in tiles, then whole',
  )
  const { loadPeak, loadMs, drawings } = await measureMemory({
    folder: model.folder,
    spec: fullSizeJob(model, { steps: 1 }),
    tiles: [TILE, null],
  })
  const [tiled, whole] = drawings
  if (tiled === undefined || whole === undefined) return []
  const ms = (name: string, value: number): Figure => ({
    name,
    value,
    unit: 'ms',
    table: FULL_SIZE_TABLE,
  })
  return [
    ms('loading', loadMs),
    megabytes(FULL_SIZE_TABLE, 'most memory held while loading', loadPeak),
    megabytes(
      FULL_SIZE_TABLE,
      `most memory held while drawing, VAE in tiles of ${TILE} latents`,
      tiled.peak,
    ),
    megabytes(FULL_SIZE_TABLE, 'most memory held while drawing, VAE in one call', whole.peak),
    ms(`VAE decoder, in tiles of ${TILE} latents`, tiled.decodeMs),
    ms('VAE decoder, in one call', whole.decodeMs),
  ]
}
