import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type ManifestCid, Sha256 } from '../../packages/core/src/index.ts'
import { encodeImage } from '../../packages/engine/src/images/index.ts'
import {
  type AdapterFiles,
  createGraphCache,
  createOnnxRuntimeBackend,
  type OrtBackend,
  openPipeline,
  type Pipeline,
  type TextCondition,
} from '../../packages/engine/src/in-process.ts'
import { openModelFolder } from '../../packages/models/src/index.ts'
import { type TinyModelName, tinyModelFolder } from '../../packages/tiny-models/src/index.ts'
import type { Outcome } from './outcome.ts'
import type { TinyArrays, TinyModelsFile } from './tiny-models-file.ts'

/** Bytes of edited graphs that one check may keep. */
const CACHE_BYTES = 64 * 1024 * 1024

/** Of every noise in the file. */
export const SEED = '1234'

/** What every check of tiny models works with. */
export interface TinyBench {
  readonly golden: TinyModelsFile
  readonly arrays: TinyArrays
  readonly backend: OrtBackend
  /** A checkpoint with adapters, opened once. */
  pipeline(model: TinyModelName, adapters?: AdapterFiles): Promise<Pipeline>
  close(): Promise<void>
}

/** @param scratch folder for edited graphs */
export async function createTinyBench(
  golden: TinyModelsFile,
  arrays: TinyArrays,
  scratch: string,
): Promise<TinyBench> {
  const backend = await createOnnxRuntimeBackend()
  const graphCache = createGraphCache(scratch, { maxBytes: CACHE_BYTES })
  const opened = new Map<string, Promise<Pipeline>>()
  return {
    golden,
    arrays,
    backend,
    pipeline(model, adapters) {
      const key = JSON.stringify([model, adapters])
      const known = opened.get(key)
      if (known !== undefined) return known
      const opening = openPipeline({ backend }, tinyModelFolder(model), { graphCache, adapters })
      opened.set(key, opening)
      return opening
    },
    async close() {
      for (const pipeline of opened.values()) await (await pipeline).close()
    },
  }
}

/** What a checkpoint is told of a prompt. */
export async function encodePrompt(
  { text }: Pick<Pipeline, 'text'>,
  prompt: string,
): Promise<TextCondition> {
  const request = { prompt, negativePrompt: '', modelCalls: 1, isGuided: false }
  const [part] = (await text.encode(request, async () => {})).positive.at(0)
  if (part === undefined) throw new TypeError(`${JSON.stringify(prompt)} was encoded to nothing`)
  return part.condition
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
