import {
  ERROR_CODE_NAMES,
  ImageFormat,
  JobSpec,
  MAX_IMAGE_BYTES,
  MAX_INPUT_BYTES,
  MAX_PREVIEW_BYTES,
  ManifestCid,
  ModelManifest,
  NOTE_LIMITS,
  NumericClass,
  RENDER_LIMITS,
  Sha256,
} from '@reverie/core'
import * as z from 'zod/mini'
import { PROVIDERS } from '../runtime/device.ts'

/** Numbers a request, so that its answers can be told from those to earlier ones. */
export const RequestId = z.int().check(z.gte(0))
const Milliseconds = z.number().check(z.gte(0))
const ByteCount = z.int().check(z.gte(0))
const Path = z.string().check(z.minLength(1), z.maxLength(4096))

const InstalledModelMessage = z.object({
  cid: ManifestCid,
  manifest: ModelManifest,
  folder: Path,
})

/** Settings of the inference process. */
export const ProcessOptions = z.strictObject({
  /** What it drives. @defaultValue the CPU */
  device: z.optional(
    z.strictObject({ provider: z.enum(PROVIDERS), index: z.int().check(z.gte(0), z.lte(63)) }),
  ),
  /** How the native library is driven: `ffi` calls it directly, on the CPU only. @defaultValue "node" */
  ort: z.optional(z.enum(['node', 'ffi'])),
  /** The device's name for the numeric class. @defaultValue the CPU's */
  deviceTitle: z.optional(z.string().check(z.minLength(1), z.maxLength(120))),
  /** Threads inside one operator. */
  threads: z.optional(z.int().check(z.gte(1), z.lte(1024))),
  guidance: z.optional(z.enum(['batched', 'split'])),
  /** Bytes that warm models may take together. @defaultValue half of the machine's memory */
  memoryBudget: z.optional(ByteCount),
  /** Bytes that the device has. */
  deviceMemory: z.optional(ByteCount),
  /** Folder for graphs with LoRAs and the like. @defaultValue none: jobs that need any are refused */
  graphFolder: z.optional(Path),
  /** Where what is learned about sizes is kept. @defaultValue nowhere */
  learnedFile: z.optional(Path),
})
export type ProcessOptions = z.infer<typeof ProcessOptions>

const bytesUpTo = (max: number) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length <= max,
    `at most ${max} bytes`,
  )
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, 'float32 values')

/** More than any job can name: see core's techniques. */
const MAX_INPUTS = 64

const Inputs = z.strictObject({
  images: z.optional(z.map(Sha256, bytesUpTo(MAX_INPUT_BYTES)).check(z.maxSize(MAX_INPUTS))),
  models: z.optional(z.map(ManifestCid, InstalledModelMessage).check(z.maxSize(MAX_INPUTS))),
})

/** What the engine tells its inference process. */
export const Command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), options: ProcessOptions }),
  z.strictObject({ type: z.literal('load'), id: RequestId, model: InstalledModelMessage }),
  z.strictObject({
    type: z.literal('render'),
    id: RequestId,
    model: InstalledModelMessage,
    spec: JobSpec,
    inputs: z.optional(Inputs),
    previewEvery: z.optional(z.int().check(z.gte(0), z.lte(RENDER_LIMITS.steps.max))),
  }),
  z.strictObject({ type: z.literal('cancel'), id: RequestId }),
])
export type Command = z.infer<typeof Command>

const ErrorMessage = z.object({
  code: z.enum(ERROR_CODE_NAMES),
  message: z.string(),
  facts: z.record(z.string(), z.optional(z.union([z.string(), z.number(), z.boolean()]))),
})

/** Latents of two passes, each of the most steps there are and one more. */
const MAX_TRAJECTORY = 2 * (RENDER_LIMITS.steps.max + 2)

/** What the inference process answers. */
export const Report = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready'), numericClass: NumericClass }),
  /** A model call ended; the watchdog lives on these. */
  z.strictObject({
    type: z.literal('called'),
    call: z.strictObject({ part: z.string().check(z.maxLength(40)), ms: Milliseconds }),
  }),
  /** What is warm now and which sizes have passed, pixels by model. Comes before the answer that it goes with. */
  z.strictObject({
    type: z.literal('holds'),
    warm: z.array(ManifestCid).check(z.maxLength(1000)),
    proven: z.array(z.strictObject({ model: ManifestCid, pixels: z.int() })),
  }),
  z.strictObject({
    type: z.literal('progress'),
    id: RequestId,
    step: z.int(),
    of: z.int(),
    etaMs: z.optional(z.number()),
    preview: z.optional(bytesUpTo(MAX_PREVIEW_BYTES)),
  }),
  z.strictObject({ type: z.literal('loaded'), id: RequestId }),
  z.strictObject({
    type: z.literal('rendered'),
    id: RequestId,
    image: z.strictObject({
      file: bytesUpTo(MAX_IMAGE_BYTES),
      format: ImageFormat,
      width: z.int(),
      height: z.int(),
      trajectory: z.array(floats).check(z.maxLength(MAX_TRAJECTORY)),
      numericClass: NumericClass,
      notes: z
        .array(z.string().check(z.maxLength(NOTE_LIMITS.chars)))
        .check(z.maxLength(NOTE_LIMITS.notes)),
      flagged: z.boolean(),
      timing: z.strictObject({ total: Milliseconds, inference: Milliseconds }),
    }),
  }),
  /** Without an id: the process itself cannot go on. */
  z.strictObject({ type: z.literal('failed'), id: z.optional(RequestId), error: ErrorMessage }),
])
export type Report = z.infer<typeof Report>
