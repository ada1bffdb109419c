import { expect, it } from 'vitest'
import type { DrawRequest } from '../../src/pictures/drawing.ts'
import { createFirstNoise } from '../../src/pictures/first-noise.ts'

const size = { width: 8, height: 8 }
const noiseOf = (seed: string, changes: Partial<DrawRequest> = {}) =>
  createFirstNoise(
    {
      prompt: '',
      negativePrompt: '',
      width: 64,
      height: 64,
      steps: 1,
      sampler: 'euler',
      schedule: 'normal',
      cfgScale: 1,
      seed,
      rng: 'torch-cpu',
      ...changes,
    },
    size,
  )

const largest = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))))

it('starts from the own seed at strength 0 and from the other at 1', () => {
  const { own } = noiseOf('1')
  const other = noiseOf('2').own
  const at = (strength: number) => noiseOf('1', { variation: { seed: '2', strength } }).first
  expect(at(0)).toEqual(own)
  expect(largest(at(1), other)).toBeLessThan(1e-6)
  expect(largest(at(0.3), own)).toBeGreaterThan(0.1)
  expect(largest(at(0.3), own)).toBeLessThan(largest(at(0.8), own))
})

it("leaves the seed's later draws alone", () => {
  const plain = noiseOf('1')
  const varied = noiseOf('1', { variation: { seed: '2', strength: 0.5 } })
  expect(varied.own).toEqual(plain.own)
  expect(varied.next()).toEqual(plain.next())
})

it('draws other noise of the same seed with the generator of NVIDIA cards', () => {
  expect(noiseOf('1', { rng: 'philox' }).own).not.toEqual(noiseOf('1').own)
})
