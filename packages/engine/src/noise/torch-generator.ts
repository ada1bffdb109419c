import type { Seed } from '@reverie/core'
import { createMt19937 } from './mt19937.ts'
import type { NoiseGenerator } from './noise-generator.ts'
import { cosineNear0, QUARTER, quartersIn, sineNear0 } from './sine.ts'

/** From this many values on, torch transforms whole blocks in float32; below, pairs in float64. */
const BLOCK = 16
const HALF = BLOCK / 2
const TWO_PI_32 = Math.fround(2 * Math.PI)

/**
 * Draws what `torch.randn` draws on the CPU from a generator seeded with `seed`, value for value (to the last float32
 * digit below 16 values, to about 5e-7 above: torch uses its own polynomials there). As in torch, only the low 32 bits
 * of the seed count. Source of the scheme: the CPU normal kernels of PyTorch.
 */
export function createTorchGenerator(seed: Seed): NoiseGenerator {
  const twister = createMt19937(Number(BigInt(seed) & 0xffff_ffffn))
  // The second value of a float64 pair waits here for the next small draw, across calls.
  let spare: number | undefined

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
      twister.fillFractions(values)
      for (let start = 0; start + BLOCK <= count; start += BLOCK) transformBlock(values, start)
      if (count % BLOCK !== 0) {
        // torch fills an incomplete last block by drawing its 16 values anew, over the end of the block before.
        twister.fillFractions(values.subarray(count - BLOCK))
        transformBlock(values, count - BLOCK)
      }
      return values
    },
  }
}

/** Box-Muller over the 16 uniforms from `start` on, in place: the first half gives radii, the second angles. */
function transformBlock(values: Float32Array, start: number): void {
  for (let i = start; i < start + HALF; i++) {
    const log = Math.fround(Math.log(1 - (values[i] as number)))
    const radius = Math.fround(Math.sqrt(-2 * log))
    const angle = Math.fround(TWO_PI_32 * (values[i + HALF] as number))
    const quarters = quartersIn(angle)
    const rest = angle - quarters * QUARTER
    const sine = sineNear0(rest)
    const cosine = cosineNear0(rest)
    const isOdd = (quarters & 1) === 1
    const sin = isOdd ? cosine : sine
    const cos = isOdd ? sine : cosine
    values[i] = radius * Math.fround(((quarters + 1) & 2) === 0 ? cos : -cos)
    values[i + HALF] = radius * Math.fround((quarters & 2) === 0 ? sin : -sin)
  }
}
