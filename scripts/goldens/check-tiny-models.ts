import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkTinyCompanions } from './check-tiny-companions.ts'
import { checkTinyNetworks } from './check-tiny-networks.ts'
import { checkTinyRuns } from './check-tiny-runs.ts'
import type { Outcome } from './outcome.ts'
import { readGoldenBytes, readGoldenJson } from './read-golden.ts'
import { createTinyBench } from './tiny-models.ts'
import { readTinyArrays, TinyModelsFile } from './tiny-models-file.ts'

/** Holds the engine against what diffusers and k-diffusion made of packages/tiny-models. */
export async function checkTinyModels(folder: string): Promise<Outcome[]> {
  const golden = await readGoldenJson(folder, 'tiny-models.json', TinyModelsFile)
  const arrays = readTinyArrays(await readGoldenBytes(folder, 'tiny-models.bin'))
  const scratch = await mkdtemp(join(tmpdir(), 'reverie-tiny-'))
  const bench = await createTinyBench(golden, arrays, scratch)
  try {
    return [
      ...(await checkTinyNetworks(bench)),
      ...(await checkTinyRuns(bench)),
      ...(await checkTinyCompanions(bench)),
    ]
  } finally {
    await bench.close()
    await rm(scratch, { recursive: true, force: true })
  }
}
