import * as z from 'zod/mini'
import { Sampler, Schedule } from '../../packages/core/src/index.ts'
import { TINY_CHECKPOINTS, TINY_COMPANIONS } from '../../packages/tiny-models/src/index.ts'
import { GoldenFileError, Numbers, SeedText } from './read-golden.ts'

const Size = z.int().check(z.gte(1), z.lte(1_000_000))

/** Where an array lies in tiny-models.bin. */
const Place = z.object({
  offset: z.int().check(z.gte(0), z.multipleOf(4)),
  shape: z.array(Size).check(z.minLength(1), z.maxLength(4)),
})
type Place = z.infer<typeof Place>

const Checkpoint = z.enum(TINY_CHECKPOINTS)
const Companion = z.enum(TINY_COMPANIONS)
const Embedding = z.object({ name: Companion, token: z.string() })
const Count = z.int().check(z.gte(1), z.lte(1000))

/** One call of every network of a checkpoint. */
const NetworkCase = z.object({
  model: Checkpoint,
  prompt: z.string(),
  /** Of each tokenizer, padded. */
  ids: z.array(Numbers),
  text: Place,
  pooled: z.optional(Place),
  timestep: z.number(),
  unet: Place,
  /** SDXL told of other sizes: original height and width, crop top and left, target height and width. */
  unet_sized: z.optional(Place),
  sizes: z.optional(z.tuple([Size, Size, Size, Size, Size, Size])),
  cfg: z.optional(z.number()),
  extra: z.optional(Place),
  residuals: z.optional(z.array(Place)),
  encoded_mean: Place,
  encoded_deviation: Place,
  decoded: Place,
})
export type NetworkCase = z.infer<typeof NetworkCase>

const TextCase = z.object({
  model: Checkpoint,
  prompt: z.string(),
  embedding: Embedding,
  text: Place,
  pooled: Place,
})
export type TextCase = z.infer<typeof TextCase>

/** A whole run. */
const RunCase = z.object({
  model: Checkpoint,
  /** Whose loop ran. */
  rule: z.string(),
  prompt: z.string(),
  negative: z._default(z.string(), ''),
  sampler: Sampler,
  schedule: Schedule,
  steps: Count,
  cfg: z.number(),
  seed: SeedText,
  clip_skip: z.optional(z.int()),
  control: z.optional(z.object({ weight: z.number() })),
  inpaint: z._default(z.boolean(), false),
  lora: z.optional(z.object({ names: z.array(Companion), weight: z.number() })),
  embedding: z.optional(Embedding),
  strength: z.optional(z.number()),
  switch_at: z.optional(z.number()),
  latents: Place,
  pixels: Place,
})
export type RunCase = z.infer<typeof RunCase>

const CompanionCase = z.object({
  model: z.union([Checkpoint, Companion]),
  input: Place,
  output: Place,
})

export type CompanionCase = z.infer<typeof CompanionCase>

export const TinyModelsFile = z.object({
  /** The picture that runs start from, [height, width, 3] bytes. */
  picture: Place,
  networks: z.array(NetworkCase),
  texts: z.array(TextCase),
  runs: z.array(RunCase),
  companions: z.array(CompanionCase),
})
export type TinyModelsFile = z.infer<typeof TinyModelsFile>

/** Arrays of tiny-models.bin. Both readers throw GoldenFileError when one lies outside the file. */
export interface TinyArrays {
  floats(place: Place): Float32Array
  bytes(place: Place): Uint8Array
}

export function readTinyArrays(file: Buffer): TinyArrays {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const lengthOf = ({ offset, shape }: Place, bytes: number) => {
    const length = shape.reduce((product, size) => product * size, 1)
    if (offset + length * bytes <= file.byteLength) return length
    throw new GoldenFileError(
      `tiny-models.bin has ${file.byteLength} bytes, but tiny-models.json places [${shape.join(', ')}] at ${offset}`,
    )
  }
  return {
    floats: (place) =>
      Float32Array.from({ length: lengthOf(place, 4) }, (_, i) =>
        view.getFloat32(place.offset + i * 4, true),
      ),
    bytes: (place) =>
      new Uint8Array(file.subarray(place.offset, place.offset + lengthOf(place, 1))),
  }
}
