import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InstalledModel, JobSpec } from '@reverie/core'
import {
  describeModelFolder,
  type ManifestFields,
  manifestCid,
  readManifest,
} from '@reverie/models'
import { buildJobSpec } from '@reverie/testkit'
import { makeFullSizeModel } from '@reverie/tiny-models'
import { cacheFolder } from './cache-folder.ts'
import type { BenchOptions } from './figure.ts'

export const FULL_SIZE_TABLE =
  'Full-size Stable Diffusion 1.5 with random float32 weights, 512 x 512'

const SIDE = 512
const STEPS = 3

const FIELDS: ManifestFields = {
  name: 'full-size-sd15',
  title: 'Stable Diffusion 1.5 with random weights',
  family: 'sd1',
  precision: 'fp32',
  licence: 'Apache-2.0',
  size: { min: 64, max: 1024, step: 8 },
  steps: { min: 1, max: 150 },
  defaults: {
    width: SIDE,
    height: SIDE,
    steps: STEPS,
    sampler: 'euler',
    schedule: 'normal',
    cfgScale: 7,
  },
  peakMemory: 8e9,
}

/** Says a share of the work at most so often. */
const SAY_EVERY_MS = 1000

/**
 * A Stable Diffusion 1.5 of full size with random weights, in the system's cache: made where it is not there yet. Its files
 * are not hashed again each time: nobody else writes there, and what they hold does not count.
 */
export async function openFullSizeModel({
  progress,
}: Pick<BenchOptions, 'progress'>): Promise<InstalledModel> {
  const folder = join(cacheFolder(), 'bench', 'sd15-full-size')
  progress(`a full-size Stable Diffusion 1.5 with random weights, 4.1 GB, is kept in ${folder}`)
  let said = performance.now()
  await makeFullSizeModel(folder, {
    onProgress(done, of) {
      if (done < of && performance.now() - said < SAY_EVERY_MS) return
      said = performance.now()
      progress(`weights: ${(done / 1e9).toFixed(1)} of ${(of / 1e9).toFixed(1)} GB`)
    },
  })
  const file = join(folder, 'manifest.json')
  if (!existsSync(file)) {
    progress('hashing its files, once')
    const made = await describeModelFolder(folder, FIELDS)
    await writeFile(file, JSON.stringify(made, undefined, 2))
  }
  const manifest = await readManifest(folder)
  return { cid: manifestCid(manifest), manifest, folder }
}

/** A few steps of Euler at 512 x 512, CFG 7: a step costs the same in any sampler but those of second order. */
export const fullSizeJob = ({ cid }: InstalledModel, changes: Partial<JobSpec> = {}): JobSpec =>
  buildJobSpec({
    model: cid,
    width: SIDE,
    height: SIDE,
    steps: STEPS,
    sampler: 'euler',
    schedule: 'normal',
    cfgScale: 7,
    seed: '1',
    ...changes,
  })
