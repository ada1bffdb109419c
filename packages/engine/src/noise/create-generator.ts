import type { Rng, Seed } from '@reverie/core'
import type { NoiseGenerator } from './noise-generator.ts'
import { createPhiloxGenerator } from './philox-generator.ts'
import { createTorchGenerator } from './torch-generator.ts'

/** The generator that a job's seed is meant for. */
export const createGenerator = (rng: Rng, seed: Seed): NoiseGenerator =>
  rng === 'philox' ? createPhiloxGenerator(seed) : createTorchGenerator(seed)
