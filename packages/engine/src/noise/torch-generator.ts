import type { Seed } from '@reverie/core'
import { createMt19937 } from './mt19937.ts'

/** From this many values on, torch transforms whole blocks in float32; below, pairs in float64. */
const BLOCK = 16
const HALF = BLOCK / 2
const TWO_PI_32 = Math.fround(2 * Math.PI)

/** A source of Gaussian noise that keeps its place between draws. */
export interface NoiseGenerator {
  /** `count` values of mean 0 and variance 1, float32. */
  randn(count: number): Float32Array
}

/**
 * Draws what `torch.randn` draws on the CPU from a generator seeded with `seed`, value for value (to the last float32
 * digit below 16 values, to about 5e-7 above: torch uses its own polynomials there). As in torch, only the low 32 bits
 * of the seed count. Source of the scheme: the CPU normal kernels of PyTorch.
 */
export function createTorchGenerator(seed: Seed): NoiseGenerator {
  const twister = createMt19937(Number(BigInt(seed) & 0xffff_ffffn))
  // The second value of a float64 pair waits here for the next small draw, across calls.
  let spare: number | undefined

  const uniform32 = () => (twister.next() & 0xff_ffff) * 2 ** -24

  const uniform64 = () => {
    const high = twister.next() & 0x1f_ffff
    return (high * 2 ** 32 + twister.next()) * 2 ** -53
  }

  const nextOfPair = (): number => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const angle = 2 * Math.PI * uniform64()
    const radius = Math.sqrt(-2 * Math.log1p(-uniform64()))
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  return {
    randn(count) {
      const values = new Float32Array(count)
      if (count < BLOCK) {
        return values.map(nextOfPair)
      }
      for (let i = 0; i < count; i++) values[i] = uniform32()
      for (let start = 0; start + BLOCK <= count; start += BLOCK) {
        transformBlock(values.subarray(start, start + BLOCK))
      }
      if (count % BLOCK !== 0) {
        // torch fills an incomplete last block by drawing its 16 values anew, over the end of the block before.
        const tail = values.subarray(count - BLOCK)
        for (let i = 0; i < BLOCK; i++) tail[i] = uniform32()
        transformBlock(tail)
      }
      return values
    },
  }
}

/** Box-Muller over 16 uniforms in place: the first half gives radii, the second angles. */
function transformBlock(block: Float32Array): void {
  for (let i = 0; i < HALF; i++) {
    const log = Math.fround(Math.log(1 - (block[i] as number)))
    const radius = Math.fround(Math.sqrt(-2 * log))
    const angle = Math.fround(TWO_PI_32 * (block[i + HALF] as number))
    block[i] = radius * Math.fround(Math.cos(angle))
    block[i + HALF] = radius * Math.fround(Math.sin(angle))
  }
}
