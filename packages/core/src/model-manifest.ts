import * as z from 'zod/mini'
import { Sha256 } from './ids.ts'
import { RENDER_LIMITS } from './limits.ts'
import { Sampler, Schedule } from './samplers.ts'

const Side = z.int().check(z.gte(RENDER_LIMITS.side.min), z.lte(RENDER_LIMITS.side.max))
const Range = z.strictObject({ min: z.int(), max: z.int() })

/** A path inside a model folder: relative, forward slashes, no "..". */
const RelativePath = z
  .string()
  .check(z.maxLength(200), z.regex(/^(?!.*(^|\/)\.\.?(\/|$))[\w.-]+(\/[\w.-]+)*$/))

export const ModelFile = z.strictObject({
  path: RelativePath,
  /** Bytes. */
  size: z.int().check(z.gte(0)),
  sha256: Sha256,
})
export type ModelFile = z.infer<typeof ModelFile>

/**
 * Networks that share tensor shapes. `sd2` includes SD-Turbo; what else differs (v-prediction, few steps, LCM guidance)
 * is read from the model's own configs.
 */
export const ModelFamily = z.enum(['sd1', 'sd2', 'sdxl', 'sdxl_refiner'])
export type ModelFamily = z.infer<typeof ModelFamily>

/** What a model is for. Only a checkpoint draws by itself; of the others, those that depend on a family name it. */
export const ModelKind = z.enum([
  'checkpoint',
  'lora',
  'embedding',
  'controlnet',
  'upscaler',
  'face_restorer',
  'safety_checker',
])
export type ModelKind = z.infer<typeof ModelKind>

/** What a checkpoint can do beyond text-to-image. */
export const ModelFeature = z.enum(['init', 'inpaint', 'control', 'lora', 'embedding'])
export type ModelFeature = z.infer<typeof ModelFeature>

/** Content-addressed description of a model; its DAG-CBOR form names it by CID. */
export const ModelManifest = z.strictObject({
  v: z.literal(1),
  /** Friendly alias, e.g. "pocket". Aliases may move; the CID does not. */
  name: z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)),
  title: z.string().check(z.maxLength(200)),
  family: ModelFamily,
  /** @defaultValue "checkpoint" */
  kind: z.optional(ModelKind),
  /** Absent: text-to-image, and `init` where the files hold a VAE encoder. */
  features: z.optional(z.array(ModelFeature).check(z.maxLength(10))),
  files: z.array(ModelFile).check(z.minLength(1), z.maxLength(200)),
  precision: z.enum(['fp32', 'fp16', 'int8']),
  /** SPDX identifier. */
  licence: z.string().check(z.maxLength(100)),
  size: z.strictObject({ min: Side, max: Side, step: z.int().check(z.gte(1)) }),
  steps: Range,
  defaults: z.strictObject({
    width: Side,
    height: Side,
    steps: z.int(),
    sampler: Sampler,
    schedule: Schedule,
    cfgScale: z.number(),
  }),
  /** Memory at the default size, bytes: what a worker checks before it offers the model. */
  peakMemory: z.int(),
})
export type ModelManifest = z.infer<typeof ModelManifest>

/** Folder of the graph that turns a picture into latents. */
const VAE_ENCODER = 'vae_encoder/'

/** What a model is for. */
export const kindOf = ({ kind }: Pick<ModelManifest, 'kind'>): ModelKind => kind ?? 'checkpoint'

/** What a checkpoint can do, said or seen: one that says nothing starts from pictures where its files hold a VAE encoder. */
export function featuresOf({
  features,
  files,
}: Pick<ModelManifest, 'features' | 'files'>): readonly ModelFeature[] {
  if (features !== undefined) return features
  return files.some(({ path }) => path.startsWith(VAE_ENCODER)) ? ['init'] : []
}
