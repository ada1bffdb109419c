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

/** Content-addressed description of a model; its DAG-CBOR form names it by CID. */
export const ModelManifest = z.strictObject({
  v: z.literal(1),
  /** Friendly alias, e.g. "pocket". Aliases may move; the CID does not. */
  name: z.string().check(z.regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)),
  title: z.string().check(z.maxLength(200)),
  family: z.enum(['sd1']),
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
