import * as z from 'zod/mini'

export const MAX_SEED: bigint = 2n ** 64n - 1n

const isSeedText = (text: string): boolean => /^\d{1,20}$/.test(text) && BigInt(text) <= MAX_SEED

/** A seed in its canonical form: decimal text from "0" to "18446744073709551615", no leading zeros. JSON numbers lose digits above 2^53. */
export const Seed = z
  .string()
  .check(
    z.refine(
      (text) => isSeedText(text) && BigInt(text).toString() === text,
      'a whole number from 0 to 18446744073709551615',
    ),
  )
export type Seed = z.infer<typeof Seed>

/** A seed as people send it: text or a safe JSON integer. {@link canonicalSeed} makes it a {@link Seed}. */
export const SeedInput = z.union([
  z.int().check(z.gte(0)),
  z
    .string()
    .check(z.maxLength(20), z.refine(isSeedText, 'a whole number from 0 to 18446744073709551615')),
])
export type SeedInput = z.infer<typeof SeedInput>

export const canonicalSeed = (seed: SeedInput): Seed => BigInt(seed).toString()

/** The seed of image `index` of a render: the render's seed plus the index, wrapping at 2^64 as AUTOMATIC1111 counts. */
export const seedOfImage = (seed: Seed, index: number): Seed =>
  ((BigInt(seed) + BigInt(index)) & MAX_SEED).toString()

/** A seed for a render that named none: 32 random bits, because torch's CPU generator reads no more. */
export const randomSeed = (): Seed => String(crypto.getRandomValues(new Uint32Array(1))[0])
