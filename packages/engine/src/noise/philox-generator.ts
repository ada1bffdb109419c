import type { Seed } from '@reverie/core'
import type { NoiseGenerator } from './noise-generator.ts'
import { sine } from './sine.ts'

const ROUNDS = 10
/** Multipliers of the two halves of the counter, as halves of 16 bits: products then fit in 32. */
const FIRST_HIGH = 0xd251
const FIRST_LOW = 0x1f53
const FIRST = 0xd251_1f53
const SECOND_HIGH = 0xcd9e
const SECOND_LOW = 0x8d57
const SECOND = 0xcd9e_8d57
/** What the halves of the key grow by each round. */
const KEY_STEP_LOW = 0x9e37_79b9
const KEY_STEP_HIGH = 0xbb67_ae85

const FRACTION = 2 ** -32
/** A turn over 2^32 in float32, as the original has it. */
const TURN_FRACTION = Math.fround(2 ** -32 * Math.fround(2 * Math.PI))

/**
 * Draws what `torch.randn` draws on NVIDIA GPUs, which AUTOMATIC1111 calls "NV": Philox 4x32-10 (Salmon et al., "Parallel
 * Random Numbers: As Easy as 1, 2, 3", 2011) and Box-Muller. The key is the whole 64-bit seed; the counter is the number of
 * draws made and the place of the value in its draw. Equal to within float32 rounding while a draw has at most as many
 * values as the GPU has threads at once, true for single pictures.
 */
export function createPhiloxGenerator(seed: Seed): NoiseGenerator {
  const key = BigInt(seed)
  const low = Number(key & 0xffff_ffffn) | 0
  const high = Number(key >> 32n) | 0
  let draws = 0
  return {
    randn(count) {
      const values = new Float32Array(count)
      for (let i = 0; i < count; i++) values[i] = gaussianAt(draws, i, low, high)
      draws++
      return values
    },
  }
}

function gaussianAt(draw: number, place: number, low: number, high: number): number {
  let [c0, c1, c2, c3] = [draw | 0, 0, place | 0, 0]
  let [k0, k1] = [low, high]
  for (let round = 0; round < ROUNDS; round++) {
    const top0 = highProduct(c0, FIRST_HIGH, FIRST_LOW)
    const bottom0 = Math.imul(c0, FIRST)
    c0 = highProduct(c2, SECOND_HIGH, SECOND_LOW) ^ c1 ^ k0
    c1 = Math.imul(c2, SECOND)
    c2 = top0 ^ c3 ^ k1
    c3 = bottom0
    k0 = (k0 + KEY_STEP_LOW) | 0
    k1 = (k1 + KEY_STEP_HIGH) | 0
  }
  const u = (c0 >>> 0) * FRACTION + FRACTION / 2
  const angle = (c1 >>> 0) * TURN_FRACTION + TURN_FRACTION / 2
  return Math.sqrt(-2 * Math.log(u)) * sine(angle)
}

/** The upper 32 bits of the 64-bit product of `a` and a multiplier given in halves. */
function highProduct(a: number, high: number, low: number): number {
  const aHigh = a >>> 16
  const aLow = a & 0xffff
  const carried = Math.imul(aHigh, low) + (Math.imul(aLow, low) >>> 16)
  const middle = Math.imul(aLow, high) + (carried & 0xffff)
  return (Math.imul(aHigh, high) + (carried >>> 16) + (middle >>> 16)) | 0
}
