import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type ManifestCid, Sha256 } from '../../packages/core/src/index.ts'
import { encodeImage } from '../../packages/engine/src/images/index.ts'
import {
  type AdapterFiles,
  createOnnxRuntimeBackend,
  type OrtBackend,
  openPipeline,
  type Pipeline,
} from '../../packages/engine/src/in-process.ts'
import { openModelFolder } from '../../packages/models/src/index.ts'
import { type TinyModelName, tinyModelFolder } from '../../packages/tiny-models/src/index.ts'
import type { Outcome } from './outcome.ts'
import type { TinyArrays, TinyModelsFile } from './tiny-models-file.ts'

/** Bytes of edited graphs that one check may keep. */
const CACHE_BYTES = 64 * 1024 * 1024

/** What every check of tiny models works with. */
export interface TinyBench {
  readonly golden: TinyModelsFile
  readonly arrays: TinyArrays
  readonly backend: OrtBackend
  /** Opens a checkpoint for the time of `use`. */
  withPipeline<T>(
    model: TinyModelName,
    use: (pipeline: Pipeline) => Promise<T>,
    adapters?: AdapterFiles,
  ): Promise<T>
}

/** @param scratch folder for edited graphs */
export async function createTinyBench(
  golden: TinyModelsFile,
  arrays: TinyArrays,
  scratch: string,
): Promise<TinyBench> {
  const backend = await createOnnxRuntimeBackend()
  return {
    golden,
    arrays,
    backend,
    async withPipeline(model, use, adapters) {
      const graphCache = { folder: scratch, maxBytes: CACHE_BYTES }
      const pipeline = await openPipeline({ backend }, tinyModelFolder(model), {
        graphCache,
        adapters,
      })
      try {
        return await use(pipeline)
      } finally {
        await pipeline.close()
      }
    },
  }
}

/** A companion's name in jobs, and the one file that it is. */
export async function tinyCompanion(
  model: TinyModelName,
): Promise<{ cid: ManifestCid; file: string }> {
  const { cid, manifest, folder } = await openModelFolder(tinyModelFolder(model))
  return { cid, file: join(folder, manifest.files[0]?.path ?? '') }
}

/** A picture as a job brings it. */
export async function pictureFile(
  rgb: Uint8Array,
  [height = 0, width = 0]: readonly number[],
): Promise<{ hash: Sha256; file: Uint8Array }> {
  const file = await encodeImage({ rgb, width, height }, { format: 'png' })
  return { hash: Sha256.parse(createHash('sha256').update(file).digest('hex')), file }
}

/** Mean difference of two pictures' bytes, as a share of the whole range. */
export function levelError(ours: Uint8Array, theirs: Uint8Array): number {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY
  const sum = ours.reduce((all, value, i) => all + Math.abs(value - (theirs[i] ?? 0)), 0)
  return sum / 255 / ours.length
}

export const checked = (part: string, name: string, error: number, tolerance: number): Outcome => ({
  type: 'checked',
  group: `tiny-models ${part}`,
  name,
  error,
  tolerance,
})
