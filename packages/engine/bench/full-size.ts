import { freemem } from 'node:os'
import { compare } from './compare.ts'
import type { BenchOptions, Figure } from './figure.ts'
import { fullSizeMemory } from './full-size-memory.ts'
import { FULL_SIZE_TABLE, fullSizeJob, openFullSizeModel } from './full-size-model.ts'

/** Ours and Python's sessions at once, and what is left for the machine. */
const NEEDED_BYTES = 18e9
const RENDERS = 3

/** The engine at the size that artists use: minutes, 4.1 GB on disk and 18 GB of memory. */
export async function fullSize(options: BenchOptions): Promise<Figure[]> {
  if (freemem() < NEEDED_BYTES) {
    options.note(
      `${FULL_SIZE_TABLE}: skipped, because it needs ${NEEDED_BYTES / 1e9} GB of memory and ${(freemem() / 1e9).toFixed(1)} GB are free.`,
    )
    return []
  }
  const model = await openFullSizeModel(options)
  const memory = await fullSizeMemory(model, options)
  const spec = fullSizeJob(model)
  const renders = { table: FULL_SIZE_TABLE, model, spec, renders: RENDERS }
  return [...(await compare(renders, options)), ...memory]
}
