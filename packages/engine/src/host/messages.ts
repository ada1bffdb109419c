import {
  ERROR_CODE_NAMES,
  JobSpec,
  MAX_IMAGE_BYTES,
  ManifestCid,
  ModelManifest,
  NumericClass,
  RENDER_LIMITS,
} from '@reverie/core'
import * as z from 'zod/mini'

/** Numbers a request, so that its answers can be told from those to earlier ones. */
const RequestId = z.int().check(z.gte(0))
const Milliseconds = z.number().check(z.gte(0))

const InstalledModelMessage = z.object({
  cid: ManifestCid,
  manifest: ModelManifest,
  folder: z.string().check(z.minLength(1), z.maxLength(4096)),
})

/** Settings of the inference process. */
export const ProcessOptions = z.strictObject({
  /** Threads inside one operator. */
  threads: z.optional(z.int().check(z.gte(1), z.lte(1024))),
  guidance: z.optional(z.enum(['batched', 'split'])),
})
export type ProcessOptions = z.infer<typeof ProcessOptions>

/** What the engine tells its inference process. */
export const Command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), options: ProcessOptions }),
  z.strictObject({ type: z.literal('load'), id: RequestId, model: InstalledModelMessage }),
  z.strictObject({
    type: z.literal('render'),
    id: RequestId,
    model: InstalledModelMessage,
    spec: JobSpec,
  }),
  z.strictObject({ type: z.literal('cancel'), id: RequestId }),
])
export type Command = z.infer<typeof Command>

const bytes = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length <= MAX_IMAGE_BYTES,
  `at most ${MAX_IMAGE_BYTES} bytes`,
)
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, 'float32 values')

const ErrorMessage = z.object({
  code: z.enum(ERROR_CODE_NAMES),
  message: z.string(),
  facts: z.record(z.string(), z.optional(z.union([z.string(), z.number(), z.boolean()]))),
})

/** What the inference process answers. */
export const Report = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), numericClass: NumericClass }),
  /** A model call ended; the watchdog lives on these. */
  z.strictObject({
    type: z.literal('called'),
    call: z.strictObject({
      part: z.enum(['text_encoder', 'unet', 'vae_decoder']),
      ms: Milliseconds,
    }),
  }),
  z.strictObject({
    type: z.literal('progress'),
    id: RequestId,
    step: z.int(),
    of: z.int(),
    etaMs: z.optional(z.number()),
  }),
  z.strictObject({ type: z.literal('loaded'), id: RequestId }),
  z.strictObject({
    type: z.literal('rendered'),
    id: RequestId,
    image: z.strictObject({
      png: bytes,
      width: z.int(),
      height: z.int(),
      trajectory: z.array(floats).check(z.maxLength(RENDER_LIMITS.steps.max + 1)),
      timing: z.strictObject({ total: Milliseconds, inference: Milliseconds }),
    }),
  }),
  /** Without an id: the process itself cannot go on. */
  z.strictObject({ type: z.literal('failed'), id: z.optional(RequestId), error: ErrorMessage }),
])
export type Report = z.infer<typeof Report>
