import * as z from 'zod/mini'
import { GoldenFileError, Numbers, SeedText } from './read-golden.ts'

const Size = z.int().check(z.gte(1), z.lte(1_000_000))

/** Where an array of little-endian float32 lies in demo-model.bin. */
const ArrayPlace = z.object({
  offset: z.int().check(z.gte(0), z.multipleOf(4)),
  shape: z.array(Size).check(z.minLength(1), z.maxLength(4)),
})
const LatentPlace = z.object({
  offset: z.int().check(z.gte(0), z.multipleOf(4)),
  shape: z.tuple([z.literal(1), z.literal(4), Size, Size]),
})

const DemoModelCase = z.object({
  prompt: z.string(),
  negative: z.string(),
  sampler: z.string(),
  schedule: z.string(),
  steps: z.int().check(z.gte(1), z.lte(1000)),
  cfg: z.number(),
  seed: SeedText,
  ids: Numbers,
  sigmas: Numbers,
  text_embedding: ArrayPlace,
  noise: LatentPlace,
  unet_at_t500_on_noise: LatentPlace,
  latent: LatentPlace,
  image: z.optional(ArrayPlace),
})
export type DemoModelCase = z.infer<typeof DemoModelCase>

export const DemoModelFile = z.object({ cases: z.array(DemoModelCase) })

export type ArrayReader = (place: z.infer<typeof ArrayPlace>) => Float32Array

/** Reads arrays out of demo-model.bin. The reader throws GoldenFileError when one lies outside the file. */
export function readArrays(file: Buffer): ArrayReader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  return ({ offset, shape }) => {
    const length = shape.reduce((product, size) => product * size, 1)
    if (offset + length * 4 > file.byteLength) {
      throw new GoldenFileError(
        `demo-model.bin has ${file.byteLength} bytes, but demo-model.json places [${shape.join(', ')}] at ${offset}`,
      )
    }
    return Float32Array.from({ length }, (_, i) => view.getFloat32(offset + i * 4, true))
  }
}
